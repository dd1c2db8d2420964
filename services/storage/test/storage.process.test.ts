// The process as a node runs it: what an original answered it answers, a crash leaves whole blocks, and what nobody should
// send it survives.

import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { type Client, connect } from '@hexapod/common/grpc-client';
import { raw } from '@hexapod/common/grpc-method';
import type { GrpcServer } from '@hexapod/common/grpc-server';
import { quietLog } from '@hexapod/common/quiet-log';
import { ServiceChild } from '@hexapod/common/service-child';
import { badInputChecks } from '@hexapod/compliance/bad-input';
import { Peer } from '@hexapod/compliance/peer';
import { storageSuite } from '@hexapod/compliance/storage';
import { Block, RawTransaction } from '@hexapod/protocol/blockchain';
import { be64, fromHex, readBe64 } from '@hexapod/protocol/bytes';
import { Code } from '@hexapod/protocol/status-code';
import { Region, StorageService } from '@hexapod/protocol/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { block, hash32, transaction } from './blocks.ts';
import { cryptoStandIn } from './crypto-stand-in.ts';

const MAIN = new URL('../src/main.ts', import.meta.url);
const MAX_U64 = 0xffff_ffff_ffff_ffffn;

const { store, load } = StorageService.methods;
const RawStorageService = { name: StorageService.name, methods: { store: raw(store), load: raw(load) } };

const configOf = (cryptoPort: number, more = ''): string =>
  `[storage_rocksdb]\nstorage_port = 0\ncrypto_port = ${cryptoPort}\nenable_metrics = false\n${more}\n`;

let crypto: GrpcServer;
let folder: string;

beforeAll(async () => {
  crypto = await cryptoStandIn();
});
afterAll(() => crypto.stop(0));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexapod-storage-'));
});
afterEach(() => rm(folder, { recursive: true }));

const start = (config = configOf(crypto.port)): Promise<ServiceChild> =>
  ServiceChild.spawn({ main: MAIN, folder, config });

async function client(child: ServiceChild): Promise<Client<typeof StorageService>> {
  const address = `127.0.0.1:${await child.listening()}`;
  return connect(StorageService, { address, clientName: 'controller', log: quietLog, retry: 'none' });
}

test('answers the recorded calls as the original did', async () => {
  const file = readFileSync(new URL('fixtures/recorded-calls.txt.br', import.meta.url));
  const lines = brotliDecompressSync(file).toString('latin1').trimEnd().split('\n');
  const child = await start();
  const address = `127.0.0.1:${await child.listening()}`;
  const bytes = connect(RawStorageService, { address, log: quietLog });
  const differing: string[] = [];
  for (const line of lines) {
    const [rpc, request = '', answer = ''] = line.split(' ');
    const ours = await (rpc === 'store' ? bytes.store(fromHex(request)) : bytes.load(fromHex(request)));
    if (ours.toHex() !== answer) differing.push(`${line.slice(0, 200)}: ${ours.toHex().slice(0, 100)}`);
  }
  bytes.close();
  expect(differing).toEqual([]);
  expect(lines.length).toBeGreaterThan(900);
  expect(await child.end()).toMatchObject({ code: 0 });
});

describe('killed while it stores', () => {
  const txsOf = (height: number) =>
    [0, 1, 2].map((index) => transaction(1 + ((3 * height + index) % 250), `${height}`));
  const blockOf = (height: number): Block => block(BigInt(height), txsOf(height));

  async function expectWhole(storage: Client<typeof StorageService>, height: number): Promise<void> {
    const key = be64(BigInt(height));
    const expected = blockOf(height);
    const whole = await storage.load({ region: Region.fullBlock, key });
    expect([height, whole.status?.code]).toEqual([height, Code.Success]);
    expect(whole.value.toHex()).toBe(Block.encode(expected).toHex());
    for (const region of [Region.blockHash, Region.proof, Region.result, Region.compactBlock]) {
      expect((await storage.load({ region, key })).status?.code).toBe(Code.Success);
    }
  }

  async function expectAbsent(storage: Client<typeof StorageService>, height: number): Promise<void> {
    const key = be64(BigInt(height));
    for (const region of [
      Region.fullBlock,
      Region.blockHash,
      Region.proof,
      Region.result,
      Region.compactBlock,
    ]) {
      expect((await storage.load({ region, key })).status?.code).toBe(Code.NotFound);
    }
  }

  test('every acknowledged block is whole, and the last one whole or not there at all', async () => {
    let next = 0;
    for (let round = 0; round < 8; round++) {
      const child = await start();
      const storage = await client(child);
      // What the crash before left: everything acknowledged, and the height that says so.
      if (next > 0) {
        const { value } = await storage.load({ region: Region.global, key: be64(0n) });
        const last = Number(readBe64(value));
        expect([next - 1, next]).toContain(last);
        for (let height = Math.max(0, next - 12); height <= last; height++)
          await expectWhole(storage, height);
        if (last < next) await expectAbsent(storage, next);
        const [name] = txsOf(last);
        const { value: found } = await storage.load({
          region: Region.transactions,
          key: name?.tx?.value.transactionHash ?? hash32(0),
        });
        expect(found.toHex()).toBe(RawTransaction.encode(name ?? transaction(0)).toHex());
        next = last + 1;
      }
      const until = next + 5 + round;
      for (; next < until; next++) {
        const value = Block.encode(blockOf(next));
        const answer = await storage.store({ region: Region.allBlockData, key: be64(BigInt(next)), value });
        expect(answer.code).toBe(Code.Success);
      }
      // One more, killed somewhere on its way.
      const value = Block.encode(blockOf(next));
      const call = storage.store({ region: Region.allBlockData, key: be64(BigInt(next)), value });
      const outcome = call.then(
        () => true,
        () => false,
      );
      for (let turn = 0; turn < round * 3; turn++) await new Promise(setImmediate);
      await child.end('SIGKILL');
      if (await outcome) next += 1;
      storage.close();
    }
    expect(next).toBeGreaterThan(50);
  });
});

test('starts before crypto: regions are served, a block waits for its hash', async () => {
  const standIn = await cryptoStandIn();
  const { port } = standIn;
  await standIn.stop(0);
  const child = await start(configOf(port));
  const storage = await client(child);
  const value = Block.encode(block(1n, [transaction(1)]));
  const request = { region: Region.allBlockData, key: be64(1n), value };
  const stored = storage.store(request);
  expect((await storage.store({ region: 2, key: be64(1n), value })).code).toBe(Code.Success);
  expect((await stored).code).toBe(Code.CryptoServerNotReady);
  expect((await storage.load({ region: Region.global, key: be64(0n) })).status?.code).toBe(Code.NotFound);
  const back = await cryptoStandIn(port);
  expect((await storage.store(request)).code).toBe(Code.Success);
  await back.stop(0);
  // The suite is known now: blocks need no crypto any more.
  expect((await storage.store({ ...request, key: be64(2n) })).code).toBe(Code.Success);
  storage.close();
  expect(await child.end()).toMatchObject({ code: 0 });
});

test('many stores at the same time are all on disk', async () => {
  const child = await start();
  const storage = await client(child);
  const keys = Array.from({ length: 300 }, (_, index) => be64(BigInt(index)));
  const answers = await Promise.all(keys.map((key) => storage.store({ region: 2, key, value: key })));
  expect(answers.every(({ code }) => code === Code.Success)).toBe(true);
  await child.end('SIGKILL');
  storage.close();
  const again = await start();
  const reader = await client(again);
  for (const key of keys) expect((await reader.load({ region: 2, key })).value).toEqual(key);
  reader.close();
  await again.end();
});

describe('bad input', () => {
  let child: ServiceChild;
  let peer: Peer;
  let own: string;

  beforeAll(async () => {
    own = await mkdtemp(join(tmpdir(), 'hexapod-storage-'));
    child = await ServiceChild.spawn({ main: MAIN, folder: own, config: configOf(crypto.port) });
    peer = new Peer(`127.0.0.1:${await child.listening()}`);
  });
  afterAll(async () => {
    peer?.close();
    expect(await child?.end('SIGINT')).toMatchObject({ code: 0 });
    await rm(own, { recursive: true });
  });

  for (const check of [...storageSuite.checks, ...badInputChecks('storage')]) {
    test(check.name, () => check.run(peer));
  }

  test.each([0n, MAX_U64])('height %i, in every region', async (height) => {
    const storage = await client(child);
    const key = be64(height);
    const value = Block.encode(block(height, [transaction(1)]));
    expect((await storage.store({ region: Region.allBlockData, key, value })).code).toBe(Code.Success);
    expect((await storage.load({ region: Region.fullBlock, key })).value.toHex()).toBe(value.toHex());
    for (let region = 0; region < 14; region++) {
      for (const length of [0, 7, 8, 9, 31, 32, 33]) {
        const wrong = new Uint8Array(length).fill(255);
        await storage.load({ region, key: wrong });
        await storage.delete({ region, key: wrong });
        await storage.store({ region, key: wrong, value: wrong });
      }
    }
    storage.close();
    expect(await peer.health()).toBe('SERVING');
  });

  test('a block of 64 MiB', async () => {
    const storage = await client(child);
    const key = be64(77n);
    const value = Block.encode(block(77n, [], { proof: new Uint8Array(64 << 20).fill(5) }));
    expect((await storage.store({ region: Region.allBlockData, key, value })).code).toBe(Code.Success);
    const whole = await storage.load({ region: Region.fullBlock, key });
    expect(Buffer.compare(whole.value, value)).toBe(0);
    storage.close();
  });
});

describe('what does not start says why, and ends with 1', () => {
  test('an absolute db_path', async () => {
    const { code, output } = await (await start(configOf(1, `db_path = "${folder}/data"`))).exited;
    expect(code).toBe(1);
    expect(output).toContain('[storage_rocksdb] db_path = ');
    expect(output).toContain('wanted a path relative to the working directory');
  });

  test('a folder that another process uses', async () => {
    const first = await start();
    await first.listening();
    const { code, output } = await (await start()).exited;
    expect(code).toBe(1);
    expect(output).toContain('chain_data');
    expect(await first.end()).toMatchObject({ code: 0 });
  });

  test('data of a newer program', async () => {
    const data = join(folder, 'chain_data');
    await mkdir(data);
    await writeFile(join(data, 'hexapod.format'), '{"kind":"storage","version":99}\n');
    const { code, output } = await (await start()).exited;
    expect(code).toBe(1);
    expect(output).toContain('was written by a newer program (format 99');
  });

  test('a database that is damaged', async () => {
    const first = await start();
    await first.listening();
    await first.end();
    await writeFile(join(folder, 'chain_data', 'CURRENT'), 'nonsense');
    const { code, output } = await (await start()).exited;
    expect(code).toBe(1);
    expect(output).toContain('cannot be opened');
    expect(output).toContain('move it away and let the node sync');
  });
});
