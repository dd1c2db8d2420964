// Blocks made final, and what they govern (docs/protocol/controller.md 5, 8.3).

import { be64, concatBytes, zero } from '@hexapod/protocol/bytes';
import { Code, codeName } from '@hexapod/protocol/status-code';
import { delimited } from '@hexapod/protocol/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Controller } from '../src/controller.ts';
import { LockId, NEVER_CHANGED } from '../src/system-config.ts';
import { utxo } from './support/accounts.ts';
import { makeBlock, makeChain, settle, type TestChain, within } from './support/chain.ts';
import { edgeOf } from './support/edge.ts';
import { codeOf, proofOf, type TestNode } from './support/node.ts';
import { type ProposalChanges, proposal, transfer as transferOf } from './support/proposal.ts';

const PING = 2n ** 64n - 1n;
const bytes = (length: number) => new Uint8Array(length).fill(5);

let chain: TestChain;
let node: TestNode;
let controller: Controller;

beforeEach(async () => {
  chain = await makeChain({ quotaLimit: 1_000_000 });
  [node] = chain.nodes;
  controller = await node.start();
  await makeBlock(node);
  await settle();
});

const transfer = (nonce: string, quota?: bigint) => transferOf(chain, nonce, quota);
const propose = (changes: ProposalChanges) => proposal(chain, changes);

describe('CommitBlock (controller.md 8.3)', () => {
  const commit = (height: bigint, data: Uint8Array) =>
    controller.requests.commitBlock(height, data, proofOf(height));

  it('is answered with the state of the chain to a ping', async () => {
    const { chain: own } = controller;
    expect(await commit(PING, zero(0))).toEqual({
      height: 1n,
      blockInterval: 3,
      validators: own.config.validators,
    });
  });

  it('is a success for a height that is final, with the requested height', async () => {
    expect((await commit(1n, bytes(3))).height).toBe(1n);
    expect((await commit(0n, bytes(3))).height).toBe(0n);
  });

  it.each<[string, () => Uint8Array, bigint, string]>([
    ['too high', () => propose({}), 3n, 'ProposalTooHigh'],
    ['of no kind', () => zero(0), 2n, 'NoneProposal'],
    ['no block', () => propose({ bft: { proposal: undefined } }), 2n, 'NoForkTree'],
    ['no header', () => propose({ block: { header: undefined } }), 2n, 'NoneBlockHeader'],
    ['no body', () => propose({ block: { body: undefined } }), 2n, 'NoneBlockBody'],
    ['another previous hash', () => propose({ header: { prevhash: bytes(32) } }), 2n, 'ProposalCheckError'],
    ['header too low', () => propose({ header: { height: 1n } }), 2n, 'ProposalTooLow'],
    ['header too high', () => propose({ header: { height: 9n } }), 2n, 'ProposalTooHigh'],
  ])('%s', async (_, data, height, expected) => {
    expect(codeName(await codeOf(commit(height, data())))).toBe(expected);
    expect(controller.chain.height).toBe(1n);
  });

  it('of bytes that are none: DecodeError, and a config', async () => {
    const answer = edgeOf(controller).get('/controller.Consensus2ControllerService/CommitBlock');
    const response = await answer?.(
      delimited(1, concatBytes(new Uint8Array([0x08, 2]), delimited(2, bytes(3)))),
    );
    expect(Buffer.from(response ?? zero(0)).toString('hex')).toMatch(/^0a02087b12/);
  });

  it('takes a block that was never checked here', async () => {
    const settings = await commit(2n, propose({ body: [transfer('a')] }));
    expect(settings.height).toBe(2n);
    expect(controller.chain.height).toBe(2n);
    expect(controller.pool.size).toBe(0);
  });

  it('of one block twice at once: both succeed, it is executed once', async () => {
    const data = propose({ body: [transfer('a')] });
    const before = node.calls.get('exec') ?? 0;
    const settings = await Promise.all([commit(2n, data), commit(2n, data)]);
    expect(settings.map(({ height }) => height)).toEqual([2n, 2n]);
    expect((node.calls.get('exec') ?? 0) - before).toBe(1);
  });

  it('carries the new interval and validators of its own block', async () => {
    const validators = concatBytes(bytes(20), node.account.address);
    const change = utxo(chain.suite, chain.admin, {
      lockId: LockId.validators,
      preTxHash: NEVER_CHANGED,
      output: validators,
    });
    const settings = await commit(2n, propose({ body: [change] }));
    expect(settings.validators).toEqual([bytes(20), node.account.address]);
  });

  it('of governance that would end an original: the block is final, the change is none (weakness 10)', async () => {
    const change = utxo(chain.suite, chain.admin, {
      lockId: LockId.quotaLimit,
      preTxHash: NEVER_CHANGED,
      output: zero(3),
    });
    await commit(2n, propose({ body: [change] }));
    expect(controller.chain.height).toBe(2n);
    expect(controller.chain.config.quotaLimit).toBe(1_000_000n);
    expect(controller.chain.config.previousHashes.quotaLimit).toEqual(NEVER_CHANGED);
  });

  it('does not wait for consensus, nor does consensus for it (consensus.md 1.5)', async () => {
    node.faults.reconfigure = () => Code.ConsensusServerNotReady;
    const data = propose({});
    await commit(2n, data);
    expect(controller.chain.height).toBe(2n);
    expect(await codeOf(controller.requests.getProposal())).toBe(Code.Success);
  });
});

describe('the configuration at a height (controller.md 5.4)', () => {
  it('is the one with which the block was made', async () => {
    let previous: Uint8Array = NEVER_CHANGED;
    for (const limit of [2_000_000n, 3_000_000n]) {
      const change = { lockId: LockId.quotaLimit, preTxHash: previous, output: be64(limit) };
      previous = await within(chain, controller.intake.submit(utxo(chain.suite, chain.admin, change)));
      await makeBlock(node);
      await makeBlock(node);
    }
    const at = async (height: bigint) => (await controller.queries.systemConfigByNumber(height)).quotaLimit;
    const limits = await Promise.all([0n, 1n, 2n, 3n, 4n, 5n, 6n, PING].map(at));
    expect(limits).toEqual([1e6, 1e6, 1e6, 2e6, 2e6, 3e6, 3e6, 3e6]);
    expect((await controller.queries.systemConfigByNumber(2n)).quotaLimitPreHash).toEqual(NEVER_CHANGED);
    expect((await controller.queries.systemConfigByNumber(5n)).quotaLimitPreHash).toEqual(previous);
  });
});
