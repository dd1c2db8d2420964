import { silentLog } from '@hexapod/common/log';
import { Code } from '@hexapod/protocol/status-code';
import { afterEach, describe, expect, test } from 'vitest';
import { decodeProof } from '../src/codec/proof.ts';
import type { FakeChain, FakeNode } from './node-in-process.ts';
import { fakeChain } from './node-in-process.ts';

let chain: FakeChain;

async function started(count: number, suite: 'sm' | 'eth' = 'eth'): Promise<FakeChain> {
  chain = await fakeChain(count, silentLog, suite);
  for (const node of chain.nodes) await node.start();
  return chain;
}

afterEach(() => chain.stop());

const height = (node: FakeNode): number => node.controller.blocks.length;
const all =
  (nodes: readonly FakeNode[], wanted: number): (() => boolean) =>
  () =>
    nodes.every((node) => height(node) >= wanted);

/** All controllers hold the same blocks, and each proof passes CheckBlock of a node that stands below. */
function expectAgreement(nodes: readonly FakeNode[]): void {
  const [first] = nodes;
  for (const node of nodes) {
    for (const [index, block] of node.controller.blocks.entries()) {
      const other = first?.controller.blocks[index];
      if (other !== undefined) expect(block.data).toEqual(other.data);
    }
  }
}

describe.each(['sm', 'eth'] as const)('a chain of four, suite %s', (suite) => {
  test('makes a block per interval, each within a few message delays', async () => {
    const { nodes, clock } = await started(4, suite);
    await chain.until('10 blocks', all(nodes, 10));
    expectAgreement(nodes);
    const times = nodes[0]?.controller.blocks.map((block) => block.at) ?? [];
    const spacing = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    for (const ms of spacing) expect(ms).toBeGreaterThanOrEqual(2900);
    for (const ms of spacing) expect(ms).toBeLessThanOrEqual(3100);
    expect(clock.monotonic()).toBeLessThan(10 * 3000);
  });
});

test('with one of four stopped no block is lost', async () => {
  const { nodes, clock } = await started(4);
  await chain.until('3 blocks', all(nodes, 3));
  await nodes[2]?.stop();
  const rest = nodes.filter((node) => node !== nodes[2]);
  const before = clock.monotonic();
  await chain.until('10 more', all(rest, 13), 40_000);
  expect(clock.monotonic() - before).toBeLessThan(11 * 3000);
  expectAgreement(rest);
});

describe.each([
  ['halves of four', 4, [0, 1]],
  ['three and one, the next leader', 4, [2]],
  ['everybody alone', 4, null],
  ['three and four of seven', 7, [0, 1, 2]],
  ['seven alone', 7, null],
] as const)('a partition into %s', (_, count, island) => {
  test.each([10, 60, 200])(
    'of %i s: when it is over the height is decided within f + 2 rounds',
    async (seconds) => {
      const { nodes } = await started(count);
      await chain.until('2 blocks', all(nodes, 2));
      const side = (node: FakeNode): number =>
        island === null
          ? nodes.indexOf(node)
          : Number((island as readonly number[]).includes(nodes.indexOf(node)));
      chain.passes = ({ from, to }) => side(from) === side(to);
      await chain.clock.advanceAsync(seconds * 1000);
      chain.passes = () => true;
      const next = Math.max(...nodes.map(height)) + 1;
      const ahead = nodes.filter(({ consensus }) => consensus?.figures.height === next);
      const round = Math.max(...ahead.map(({ consensus }) => consensus?.figures.round ?? 0));
      const limit = 10_000 + 3000 * 0.8 * 2 ** (round + 4);
      await chain.until('a block', () => nodes.some((node) => height(node) >= next), limit);
      const proof = nodes
        .map((node) => node.controller.blocks[next - 1]?.proof)
        .find((one) => one !== undefined);
      const faults = Math.ceil(count / 3) - 1;
      const decided = proof === undefined ? undefined : decodeProof(proof)?.round;
      expect(Number(decided)).toBeLessThanOrEqual(round + faults + 2);
      expectAgreement(nodes);
    },
  );
});

test('at an interval of 1 s, with one of four stopped, at least 10 blocks in 20 s', async () => {
  chain = await fakeChain(4, silentLog);
  for (const { controller } of chain.nodes) controller.interval = 1;
  for (const node of chain.nodes) await node.start();
  await chain.until('3 blocks', all(chain.nodes, 3));
  await chain.nodes[1]?.stop();
  const rest = chain.nodes.filter((node) => node !== chain.nodes[1]);
  const before = Math.min(...rest.map(height));
  await chain.clock.advanceAsync(20_000);
  expect(Math.min(...rest.map(height)) - before).toBeGreaterThanOrEqual(10);
});

test('one alone decides by itself', async () => {
  const { nodes } = await started(1);
  await chain.until('5 blocks', all(nodes, 5));
});

test('every proof is judged good by CheckBlock of the others, and a damaged one bad', async () => {
  const { nodes } = await started(4);
  const [a, b] = nodes;
  if (a === undefined || b === undefined) throw new Error('no nodes');
  await chain.until('2 blocks', all(nodes, 2));
  // A fifth node, no validator, syncs: CheckBlock, then Reconfigure, for each block.
  await b.stop();
  await b.start();
  const below = { height: 0n, blockInterval: 3, validators: a.controller.validators };
  b.log.bodies = [];
  await chain.until('configured', () => b.consensus?.isServing('ready') === true);
  b.consensus?.reconfigure(below);
  for (const [index, block] of a.controller.blocks.slice(0, 1).entries()) {
    const request = { proposal: { height: BigInt(index + 1), data: block.data }, proof: block.proof };
    expect(await b.consensus?.checkBlock(request)).toBe(Code.Success);
    expect(await b.consensus?.checkBlock({ ...request, proof: block.proof.slice(1) })).toBe(
      Code.ProposalCheckError,
    );
    expect(decodeProof(block.proof)?.votes.length).toBeGreaterThanOrEqual(3);
  }
});

test('a validator that restarts sends what it had signed, byte for byte, and goes on', async () => {
  const { nodes } = await started(4);
  await chain.until('2 blocks', all(nodes, 2));
  const [a] = nodes;
  if (a === undefined) throw new Error('no node');
  for (let round = 0; round < 4; round += 1) {
    await a.stop();
    await a.start();
    await chain.until('one more', all(nodes, 3 + round));
  }
  expectAgreement(nodes);
  expectNoDoubleSign(a);
});

/** One hash per height, round and step in all that left a node: votes are uniform up to the hash (3.3). */
function expectNoDoubleSign(node: FakeNode): void {
  const votes = new Map<string, string>();
  for (const { from, type, msg } of chain.sent) {
    if (from !== node || (type !== 'prevote' && type !== 'precommit')) continue;
    const place = `${type} ${Buffer.from(msg.subarray(0, 20)).toString('hex')}`;
    const content = Buffer.from(msg.subarray(20, 95)).toString('hex');
    expect(votes.get(place) ?? content).toBe(content);
    votes.set(place, content);
  }
  expect(votes.size).toBeGreaterThan(0);
}

test('a restart with any prefix of the log never says anything against what was said', async () => {
  const { nodes } = await started(4);
  await chain.until('3 blocks', all(nodes, 3));
  const [a] = nodes;
  if (a === undefined) throw new Error('no node');
  // In the middle of a height, with votes out and nothing decided.
  chain.passes = ({ type }) => type !== 'lprecommit' && type !== 'precommit';
  await chain.clock.advanceAsync(3500);
  await a.stop();
  const whole = a.log.bodies;
  const controller = height(a);
  for (let length = 0; length <= whole.length; length += 1) {
    a.log.bodies = whole.slice(0, length);
    await a.start();
    await chain.clock.advanceAsync(1500);
    await a.stop();
  }
  expect(height(a)).toBe(controller);
  expectNoDoubleSign(a);
  a.log.bodies = whole;
  chain.passes = () => true;
  await a.start();
  await chain.until('all go on', all(nodes, controller + 2), 120_000);
  expectAgreement(nodes);
  expectNoDoubleSign(a);
});

test('a validator whose log cannot be written is silent, and its health fails, because a restart may cure it', async () => {
  const { nodes } = await started(4);
  await chain.until('2 blocks', all(nodes, 2));
  const [a, ...rest] = nodes;
  if (a === undefined) throw new Error('no node');
  expect(a.consensus?.isServing('')).toBe(true);
  a.log.isBroken = true;
  await chain.until('the others go on', all(rest, 5));
  expect(a.consensus?.isServing('')).toBe(false);
  expect(a.consensus?.isServing('ready')).toBe(false);
  const silentFrom = chain.sent.length;
  await chain.until('the others go on', all(rest, 7));
  expect(chain.sent.slice(silentFrom).some(({ from }) => from === a)).toBe(false);
  a.log.isBroken = false;
  await a.stop();
  await a.start();
  await chain.until('it is configured', () => a.consensus?.isServing('ready') === true);
  expect(a.consensus?.isServing('')).toBe(true);
});

test('a suite that only the crypto process knows is asked of it', async () => {
  chain = await fakeChain(4, silentLog);
  for (const { controller } of chain.nodes) controller.suiteName = 'somebody-elses';
  for (const node of chain.nodes) await node.start();
  await chain.until('3 blocks', all(chain.nodes, 3));
  expectAgreement(chain.nodes);
});

test('a node that missed blocks takes them from its controller and goes on', async () => {
  const { nodes } = await started(4);
  const [a, b] = nodes;
  if (a === undefined || b === undefined) throw new Error('no nodes');
  chain.passes = ({ from, to }) => from !== a && to !== a;
  await chain.until('4 blocks', all(nodes.slice(1), 4));
  chain.passes = () => true;
  while (height(a) < height(b)) {
    const block = b.controller.blocks[height(a)];
    if (block === undefined) break;
    const request = { proposal: { height: BigInt(height(a) + 1), data: block.data }, proof: block.proof };
    expect(await a.consensus?.checkBlock(request)).toBe(Code.Success);
    a.controller.commit(request);
    a.reconfigure();
    await chain.clock.advanceAsync(1);
  }
  await chain.until('all go on', all(nodes, height(b) + 3));
  expectAgreement(nodes);
});

test('a decided block that the controller refuses is offered again until it is taken', async () => {
  const { nodes } = await started(4);
  const [a] = nodes;
  if (a === undefined) throw new Error('no node');
  a.controller.refusal = Code.ProposalCheckError;
  await chain.clock.advanceAsync(8000);
  expect(height(a)).toBe(0);
  a.controller.refusal = null;
  await chain.until('it is taken', all([a], 1));
  expectAgreement(nodes);
});

test('controller and crypto that go away and come back delay the chain and nothing else', async () => {
  const { nodes } = await started(4);
  await chain.until('2 blocks', all(nodes, 2));
  for (const node of nodes) node.isDeaf = true;
  await chain.clock.advanceAsync(20_000);
  for (const node of nodes) node.isDeaf = false;
  const before = Math.max(...nodes.map(height));
  await chain.until('3 more', all(nodes, before + 3), 120_000);
  expectAgreement(nodes);
});

test('before crypto and controller have answered it answers "not ready" and Success, and takes all in later', async () => {
  chain = await fakeChain(1, silentLog);
  const [node] = chain.nodes;
  if (node === undefined) throw new Error('no node');
  await node.start();
  const { consensus, controller } = node;
  if (consensus === null) throw new Error('not started');
  expect(consensus.isServing('')).toBe(true);
  expect(consensus.isServing('ready')).toBe(false);
  const nothing = { proposal: { height: 1n, data: new Uint8Array(0) }, proof: new Uint8Array(0) };
  expect(await consensus.checkBlock(nothing)).toBe(Code.ConsensusServerNotReady);
  expect(consensus.reconfigure(controller.configuration())).toBe(Code.Success);
  expect(
    consensus.processMessage({ module: 'consensus', type: 'proposal', origin: 1n, msg: new Uint8Array(3) }),
  ).toBe(0);
  await chain.until('blocks', all(chain.nodes, 2));
  expect(consensus.isServing('ready')).toBe(true);
});

test('a configuration that cannot be is answered with Success and ignored', async () => {
  const { nodes } = await started(4);
  await chain.until('1 block', all(nodes, 1));
  for (const { consensus, controller } of nodes) {
    const sound = controller.configuration();
    expect(consensus?.reconfigure({ ...sound, height: 2n ** 64n - 1n })).toBe(0);
    expect(consensus?.reconfigure({ ...sound, height: 2n ** 53n - 1n })).toBe(0);
    expect(consensus?.reconfigure({ ...sound, validators: [new Uint8Array(19)] })).toBe(0);
    expect(consensus?.reconfigure({ ...sound, height: 0n, validators: [] })).toBe(0);
  }
  await chain.until('2 more', all(nodes, 3));
  expectAgreement(nodes);
});
