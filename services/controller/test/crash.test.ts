// A node that dies between any two steps of making a block final, and starts again: nothing is lost, nothing is done twice
// (docs/protocol/controller.md 9; section 18, weaknesses 1 to 6).

import { be32, be64, equalBytes } from '@hexapod/protocol/bytes';
import { Region } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { describe, expect, it } from 'vitest';
import { LockId, NEVER_CHANGED } from '../src/system-config.ts';
import { normal, utxo } from './support/accounts.ts';
import { eventually, makeBlock, makeChain, settle, type TestChain, within } from './support/chain.ts';
import type { Moment } from './support/crash.ts';
import { codeOf, proofOf, type TestNode } from './support/node.ts';

/** A block with a transfer and a change of the interval, proposed but not committed. */
async function proposeGovernance(chain: TestChain, node: TestNode) {
  const { controller } = node;
  const raws = [
    normal(chain.suite, chain.user, { chainId: chain.chainId, validUntilBlock: 10n, nonce: 'x' }),
    utxo(chain.suite, chain.admin, {
      lockId: LockId.blockInterval,
      preTxHash: NEVER_CHANGED,
      output: be32(6),
    }),
    utxo(chain.suite, chain.admin, {
      lockId: LockId.quotaLimit,
      preTxHash: NEVER_CHANGED,
      output: be64(900_000n),
    }),
  ];
  const hashes: Uint8Array[] = [];
  for (const raw of raws) hashes.push(await within(chain, controller.intake.submit(raw)));
  const proposal = await controller.requests.getProposal();
  return { proposal, hashes };
}

async function expectFinal(node: TestNode, hashes: readonly Uint8Array[]): Promise<void> {
  const { controller } = node;
  expect(controller.chain.height).toBe(2n);
  expect(controller.chain.config.blockInterval).toBe(6);
  expect(controller.chain.config.quotaLimit).toBe(900_000n);
  for (const hash of hashes) expect(await controller.queries.transactionBlockNumber(hash)).toBe(2n);
  expect(node.disks.executor.height).toBe(2);
  for (const [id, hash] of [
    [LockId.blockInterval, hashes[1]],
    [LockId.quotaLimit, hashes[2]],
  ] as const) {
    const { value } = node.disks.storage.load(Region.global, be64(id));
    expect(hash && equalBytes(value, hash)).toBe(true);
  }
  // The chain goes on from there.
  await makeBlock(node);
  expect(controller.chain.height).toBe(3n);
}

/** wal, exec, store of the block, two locks. */
const STEPS = ['wal', 'exec', 'store 12', 'store 0', 'store 0'];

describe.each([0, 1, 2, 3, 4])('a crash at step %i of finalizing', (step) => {
  it.each<Moment>(['before', 'after'])(`%s its effect (${STEPS[step]})`, async (moment) => {
    const chain = await makeChain();
    const [node] = chain.nodes;
    await node.start();
    await settle();
    await makeBlock(node);
    await settle();
    const { proposal, hashes } = await proposeGovernance(chain, node);

    node.crash.arm(step, moment);
    void node.controller.requests
      .commitBlock(proposal.height, proposal.data, proofOf(2n))
      .catch(() => undefined);
    await settle();
    expect(node.crash.isDead).toBe(true);
    expect(node.crash.steps.at(-1)).toBe(STEPS[step]);
    node.kill();

    const restarted = await within(chain, node.start());
    // Consensus repeats what it decided; a block that was redone is answered Success again.
    await within(chain, restarted.requests.commitBlock(proposal.height, proposal.data, proofOf(2n)));
    await expectFinal(node, hashes);
  });
});

describe('a crash during the first start', () => {
  it.each(Array.from({ length: 19 }, (_, step) => step))('at step %i', async (step) => {
    const chain = await makeChain();
    const [node] = chain.nodes;
    for (const moment of ['before', 'after'] as const) {
      const dying = node.start();
      node.crash.arm(step, moment);
      void dying.catch(() => undefined);
      await settle();
      if (!node.crash.isDead) await dying;
      node.kill();
    }
    await within(chain, node.start());
    await makeBlock(node);
    expect(node.controller.chain.height).toBe(1n);
    expect(node.disks.executor.height).toBe(1);
    const genesis = await node.controller.queries.blockDetail(0n);
    expect(genesis.stateRoot).toHaveLength(32);
  });
});

describe('a neighbour that fails while a block is made final', () => {
  it('storage fails for a while after execution: the same data are stored later', async () => {
    const chain = await makeChain();
    const [node] = chain.nodes;
    await node.start();
    let failures = 3;
    node.faults.store = () => (failures-- > 0 ? Code.StoreError : undefined);
    await within(chain, makeBlock(node));
    expect(failures).toBeLessThanOrEqual(0);
    expect(node.controller.chain.height).toBe(1n);
  });

  it('the executor is away for a while: the block waits', async () => {
    const chain = await makeChain();
    const [node] = chain.nodes;
    await node.start();
    let failures = 3;
    node.faults.exec = () => (failures-- > 0 ? Code.ExecuteServerNotReady : undefined);
    await within(chain, makeBlock(node));
    expect(node.controller.chain.height).toBe(1n);
  });

  it('storage refuses for good: the call fails, and works when it is repeated', async () => {
    const chain = await makeChain();
    const [node] = chain.nodes;
    await node.start();
    const { data, height } = await node.controller.requests.getProposal();
    node.faults.store = () => Code.InvalidValue;
    expect(await codeOf(node.controller.requests.commitBlock(height, data, proofOf(1n)))).toBe(
      Code.InvalidValue,
    );
    expect(node.controller.chain.height).toBe(0n);
    delete node.faults.store;
    // The executor has the block already: its state root is taken.
    await node.controller.requests.commitBlock(height, data, proofOf(1n));
    expect(node.controller.chain.height).toBe(1n);
  });

  it('an executor with another block at this height: ReenterInvalidBlock', async () => {
    const chain = await makeChain();
    const [node] = chain.nodes;
    await node.start();
    const { data, height } = await node.controller.requests.getProposal();
    node.faults.exec = () => Code.ReenterInvalidBlock;
    expect(await codeOf(node.controller.requests.commitBlock(height, data, proofOf(1n)))).toBe(
      Code.ReenterInvalidBlock,
    );
    expect(node.controller.chain.height).toBe(0n);
  });
});

describe('a start with disks that do not fit', () => {
  async function chainOf(blocks: number) {
    const chain = await makeChain();
    const [node] = chain.nodes;
    await node.start();
    for (let n = 0; n < blocks; n += 1) await makeBlock(node);
    await settle();
    node.kill();
    return { chain, node };
  }

  it.each([-1, 0, 1, 5, 9])('an executor that knows blocks up to %i of 10 is brought up', async (known) => {
    const { chain, node } = await chainOf(10);
    const before = node.disks.executor.exec(
      node.disks.storage.load(Region.fullBlock, be64(10n)).value,
    ).stateRoot;
    node.disks.executor.cut(known);
    await within(chain, node.start());
    expect(node.disks.executor.height).toBe(10);
    // An original ends on a block that is too high: one that has lost everything is never asked.
    if (known === -1) expect(node.disks.executor.tooHigh).toBe(0);
    expect(equalBytes(node.controller.chain.head.stateRoot, before)).toBe(true);
    // Genesis was not stored again over the head.
    expect(node.controller.chain.height).toBe(10n);
    await makeBlock(node);
    expect(node.controller.chain.height).toBe(11n);
  });

  it('an executor that loses blocks while the node runs is brought up with the next one', async () => {
    const { chain, node } = await chainOf(10);
    await within(chain, node.start());
    node.disks.executor.cut(4);
    await makeBlock(node);
    expect(node.controller.chain.height).toBe(11n);
    expect(node.disks.executor.height).toBe(11);
  });

  it('a config file that was edited since: the values of the first start count (weakness 27)', async () => {
    const { chain, node } = await chainOf(2);
    await within(chain, node.start());
    const change = { lockId: LockId.quotaLimit, preTxHash: NEVER_CHANGED, output: be64(700_000n) };
    await within(chain, node.controller.intake.submit(utxo(chain.suite, chain.admin, change)));
    await makeBlock(node);
    await settle();
    node.kill();
    const edited = await makeChain({ quotaLimit: 5, blockLimit: 7, disks: node.disks });
    const { queries } = await within(edited, edited.nodes[0].start());
    expect((await queries.systemConfigByNumber(1n)).quotaLimit).toBe(1_073_741_824);
    expect(queries.systemConfig()).toMatchObject({ blockLimit: 20, quotaLimit: 700_000 });
  });

  it('a head of which storage has only a part: the log has the block', async () => {
    const { chain, node } = await chainOf(3);
    for (const region of [Region.compactBlock, Region.result]) node.disks.storage.erase(region, be64(3n));
    await within(chain, node.start());
    expect(node.controller.chain.height).toBe(3n);
  });

  it('a lock whose transaction is not in storage: what the blocks say is taken', async () => {
    const { chain, node } = await chainOf(1);
    await within(chain, node.start());
    const change = { lockId: LockId.blockInterval, preTxHash: NEVER_CHANGED, output: be32(9) };
    const hash = await within(chain, node.controller.intake.submit(utxo(chain.suite, chain.admin, change)));
    await makeBlock(node);
    await settle();
    node.kill();
    // As an original leaves it that died between governance and the block after it.
    node.disks.storage.store(Region.global, be64(LockId.blockInterval), new Uint8Array(32).fill(7));
    await within(chain, node.start());
    expect(node.controller.chain.config.blockInterval).toBe(9);
    expect(equalBytes(node.controller.chain.config.previousHashes.blockInterval, hash)).toBe(true);
  });

  it('another genesis: refused with a text that says so', async () => {
    const { chain, node } = await chainOf(1);
    node.faults.exec = () => Code.ReenterInvalidBlock;
    await expect(within(chain, node.start())).rejects.toThrow(/do not belong to one chain/);
  });

  it('waits for storage, executor and consensus as long as it takes', async () => {
    const { chain, node } = await chainOf(1);
    node.faults.load = () => Code.StorageServerNotReady;
    node.faults.exec = () => Code.ExecuteServerNotReady;
    node.faults.reconfigure = () => Code.ConsensusServerNotReady;
    let isUp = false;
    const starting = node.start().then(() => {
      isUp = true;
    });
    await chain.clock.advanceAsync(30_000);
    expect(isUp).toBe(false);
    delete node.faults.load;
    await chain.clock.advanceAsync(30_000);
    expect(isUp).toBe(false);
    delete node.faults.exec;
    await within(chain, starting);
    const before = node.reconfigured.length;
    delete node.faults.reconfigure;
    await eventually(chain, () => node.reconfigured.length > before);
    expect(node.reconfigured.at(-1)?.height).toBe(1n);
  });
});
