import { loadSuite } from '@hexapod/crypto/suite';
import { RawTransaction } from '@hexapod/protocol/blockchain';
import { toHex } from '@hexapod/protocol/bytes';
import { accountOf, generateAccount } from '@hexapod/sdk/account';
import { type ChainClient, connectChain } from '@hexapod/sdk/chain-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlockFollower, blocksWith, waitUntilConfirmed } from './confirm.ts';
import { prepareTransactions } from './prepare.ts';
import { processUses } from './processes.ts';
import { formatReport, reportOf } from './report.ts';
import { sendAll } from './send.ts';
import { SmallChain } from './small-chain.ts';

const nothing = (): void => undefined;
const INTENT = { to: new Uint8Array(20), data: new Uint8Array(), quota: 60_000n };

let server: SmallChain;
let chain: ChainClient;

beforeEach(async () => {
  server = new SmallChain();
  await server.start();
  chain = connectChain({ controller: server.address, executor: server.address });
});
afterEach(async () => {
  chain.close();
  await server.stop();
});

const loadOf = (batch: number) => ({ addresses: [server.address], connections: 2, inFlight: 4, batch });

describe('preparing', () => {
  it.each(['sm', 'eth'] as const)('signs different transactions with suite %s', async (name) => {
    const suite = await loadSuite(name);
    const account = generateAccount(suite);
    const prepared = await prepareTransactions(260, INTENT, account, chain, nothing);
    expect(new Set(prepared.map(({ hash }) => toHex(hash))).size).toBe(260);
    const { tx } = RawTransaction.decode(prepared[259]?.raw ?? new Uint8Array());
    if (tx?.case !== 'normalTx') throw new Error('wrong kind');
    expect(suite.recover(tx.value.transactionHash, tx.value.witness?.signature ?? new Uint8Array())).toEqual(
      account.address,
    );
  });
});

describe('a run', () => {
  async function run(count: number, batch: number) {
    const account = accountOf(await loadSuite('eth'), new Uint8Array(32).fill(1));
    const prepared = await prepareTransactions(count, INTENT, account, chain, nothing);
    const follower = new BlockFollower(chain, 0n);
    const sent = await sendAll(prepared, loadOf(batch), nothing);
    const missing = await waitUntilConfirmed(follower, sent, nothing);
    await follower.stop();
    const blocks = blocksWith(follower.blocks, sent);
    const report = reportOf({
      settings: { kind: 'test' },
      sent,
      blocks,
      before: [],
      after: [],
      stages: new Map(),
      idleCpuMsPerSecond: 0,
    });
    return { report, missing };
  }

  it('counts what is accepted and confirmed', async () => {
    const { report, missing } = await run(50, 1);
    expect(missing).toEqual([]);
    expect(report).toMatchObject({ accepted: 50, confirmed: 50, refused: {} });
    expect(server.callSizes).toEqual(Array(50).fill(1));
    expect(report.latencyMs.p50).toBeGreaterThan(0);
    expect(report.latencyMs.p99).toBeGreaterThanOrEqual(report.latencyMs.p50);
    expect(report.blocks.mostTransactions).toBeGreaterThan(0);
  });

  it('sends batches', async () => {
    const { report } = await run(50, 20);
    expect(report.confirmed).toBe(50);
    expect(server.callSizes.toSorted()).toEqual([10, 20, 20]);
  });

  it('counts refusals by their reason', async () => {
    server.refuseAfter = 30;
    const { report } = await run(50, 1);
    expect(report).toMatchObject({ accepted: 30, confirmed: 30, refused: { QuotaUsedExceed: 20 } });
    expect(formatReport(report)).toContain('refused              20 QuotaUsedExceed');
  });

  it('gives up what blocks do not bring', async () => {
    const follower = new BlockFollower(chain, 0n);
    const sent = { accepted: new Map([['00', 0]]), refused: new Map(), startMs: 0, endMs: 1 };
    expect(await waitUntilConfirmed(follower, sent, nothing)).toEqual(['00']);
    await follower.stop();
  });

  it('fails when the node goes away', async () => {
    const follower = new BlockFollower(chain, 0n);
    await server.stop();
    const sent = { accepted: new Map([['00', 0]]), refused: new Map(), startMs: 0, endMs: 1 };
    await expect(waitUntilConfirmed(follower, sent, nothing)).rejects.toThrow('UNAVAILABLE');
  });
});

describe('a report', () => {
  const use = (service: string, node: number, cpuMs: number) => ({
    node,
    service,
    pid: node * 10 + service.length,
    cpuMs,
    residentMiB: 50,
    peakMiB: 60,
  });

  it('divides the CPU time that a run has cost by its transactions', () => {
    const sent = {
      accepted: new Map([
        ['aa', 0],
        ['bb', 100],
      ]),
      refused: new Map(),
      startMs: 0,
      endMs: 100,
    };
    const blocks = [
      { height: 1n, timestamp: 1000n, seenMs: 400, hashes: ['aa', 'of somebody else'] },
      { height: 2n, timestamp: 3000n, seenMs: 1000, hashes: ['bb'] },
    ];
    const report = reportOf({
      settings: {},
      sent,
      blocks,
      before: [use('crypto', 0, 100), use('crypto', 1, 100)],
      after: [use('crypto', 0, 103), use('crypto', 1, 101)],
      stages: new Map([['crypto verify', 8]]),
      idleCpuMsPerSecond: 30,
    });
    expect(report).toMatchObject({
      confirmed: 2,
      confirmedPerSecond: 2,
      latencyMs: { p50: 900, p99: 900, max: 900 },
      blocks: { count: 2, mostTransactions: 2, meanIntervalMs: 2000 },
      cpuMsPerTransaction: 2,
      stageMsPerTransaction: { 'crypto verify': 4 },
    });
    expect(formatReport(report)).toMatch(/^crypto +1\.500 +0\.500 +2\.000$/m);
  });

  it.runIf(process.platform === 'linux')('reads what a process uses', () => {
    const [own] = processUses([{ index: 3, processes: { crypto: process.pid } }]);
    expect(own).toMatchObject({ node: 3, service: 'crypto', pid: process.pid });
    expect(own?.residentMiB).toBeGreaterThan(10);
    expect(own?.cpuMs).toBeGreaterThan(0);
  });
});
