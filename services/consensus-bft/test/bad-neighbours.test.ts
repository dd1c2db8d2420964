/**
 * Bad input from all sides: controllers and crypto processes that answer anything or nothing, peers that send anything.
 * Nobody's vote changes, nothing wrong is committed, and when they behave again the chain goes on.
 */
import { sleep } from '@hexapod/common/clock';
import { recordingLog, silentLog } from '@hexapod/common/log';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { Code, isKnownCode } from '@hexapod/protocol/status-code';
import { afterEach, expect, test } from 'vitest';
import type { Random } from '../sim/random.ts';
import { seeded } from '../sim/random.ts';
import { decodeProof } from '../src/codec/proof.ts';
import { decodeSignedProposal, decodeSignedVote } from '../src/codec/wire-messages.ts';
import type { Address } from '../src/core/types.ts';
import { checkBlock } from '../src/host/block-check.ts';
import { openChainCrypto } from '../src/host/chain-crypto.ts';
import { Signatures } from '../src/host/signatures.ts';
import type { Answers, FakeChain, FakeNode } from './node-in-process.ts';
import { fakeChain } from './node-in-process.ts';

let chain: FakeChain;
afterEach(() => chain.stop());

const KNOWN_CODES = Array.from({ length: 700 }, (_, code) => code).filter(isKnownCode);

const bytes = (random: Random, most: number): Uint8Array =>
  Uint8Array.from({ length: random.below(most) }, () => random.below(256));
const code = (random: Random): number =>
  random.chance(0.8) ? random.pick(KNOWN_CODES) : random.below(2 ** 32);
const failure = (random: Random): number => code(random) || Code.FatalError;
/** Damages a message: a byte changed, cut short, or something else altogether. */
function damaged(random: Random, message: Uint8Array): Uint8Array {
  if (message.length === 0 || random.chance(0.2)) return bytes(random, 300);
  if (random.chance(0.3)) return message.slice(0, random.below(message.length));
  return message.with(random.below(message.length), random.below(256));
}

/** The same neighbours, who while `isBad` mostly fail, are silent, lose their answers, or answer something else. */
function spoiled(answers: Answers, random: Random, isBad: () => boolean): Answers {
  const lie = async <T>(honest: () => T | Promise<T>, other: () => T): Promise<T> => {
    if (!isBad() || random.chance(0.4)) return honest();
    switch (random.below(4)) {
      case 0:
        throw new RpcError(1 + random.below(16), 'no');
      case 1:
        await sleep(chain.clock, 10_000);
        throw new RpcError(GrpcStatus.DEADLINE_EXCEEDED, 'no answer');
      case 2:
        await honest();
        throw new RpcError(GrpcStatus.UNAVAILABLE, 'the answer is lost');
      default:
        return other();
    }
  };
  const { controller, crypto } = answers;
  return {
    ...answers,
    getBlockHash: (request) =>
      lie(
        () => answers.getBlockHash(request),
        () => ({ hash: bytes(random, 40) }),
      ),
    controller: {
      getProposal: (request, call) =>
        lie(
          () => controller.getProposal(request, call),
          () => {
            const status = { code: code(random) };
            if (random.chance(0.4)) return { status };
            return { status, proposal: { height: BigInt(random.below(6)), data: bytes(random, 200) } };
          },
        ),
      checkProposal: (request, call) =>
        lie(
          () => controller.checkProposal(request, call),
          () => ({ code: failure(random) }),
        ),
      commitBlock: (request, call) =>
        lie(
          () => controller.commitBlock(request, call),
          () => {
            if (random.chance(0.5)) return { status: { code: failure(random) } };
            const validators = [bytes(random, 30)];
            return { status: { code: 0 }, config: { height: 2n ** 64n - 1n, blockInterval: 1, validators } };
          },
        ),
    },
    crypto: {
      ...crypto,
      hashData: (request, call) =>
        lie(
          () => crypto.hashData(request, call),
          () => ({ status: { code: code(random) }, hash: { hash: bytes(random, 40) } }),
        ),
      signMessage: (request, call) =>
        lie(
          () => crypto.signMessage(request, call),
          () => {
            const length = random.chance(0.7) ? 65 : random.below(140);
            const signature = Uint8Array.from({ length }, () => random.below(256));
            return { status: { code: random.chance(0.5) ? 0 : code(random) }, signature };
          },
        ),
      recoverSignature: (request, call) =>
        lie(
          () => crypto.recoverSignature(request, call),
          () => ({ status: { code: code(random) }, address: bytes(random, 40) }),
        ),
    },
  };
}

/** Whatever left a node: one hash per height, round and step. */
function expectNoDoubleSign(nodes: readonly FakeNode[]): void {
  const said = new Map<string, string>();
  for (const { from, type, msg } of chain.sent) {
    if (!['proposal', 'prevote', 'precommit'].includes(type)) continue;
    const { height, round, hash } =
      type === 'proposal'
        ? {
            ...decodeSignedProposal(msg).proposal,
            hash: decodeSignedProposal(msg).proposal.voteProposal.phash,
          }
        : decodeSignedVote(msg).vote;
    const place = `${nodes.indexOf(from)} ${type} ${height}/${round}`;
    expect(said.get(place) ?? hash, place).toBe(hash);
    said.set(place, hash ?? '');
  }
  expect(said.size).toBeGreaterThan(20);
}

/** The controllers hold the same blocks, each with a proof that holds. */
async function expectSoundBlocks(nodes: readonly FakeNode[]): Promise<void> {
  const reject = (): never => {
    throw new Error('nothing is asked');
  };
  const calls = { getCryptoInfo: reject, hashData: reject, signMessage: reject, recoverSignature: reject };
  const signatures = new Signatures(await openChainCrypto(chain.suite.name, calls));
  const validators = nodes.map((node) => node.address as Address);
  const [first] = nodes;
  for (const node of nodes) {
    for (const [index, { data, proof }] of node.controller.blocks.entries()) {
      expect(data).toEqual(first?.controller.blocks[index]?.data ?? data);
      const request = { proposal: { height: BigInt(index + 1), data }, proof };
      const view = { height: BigInt(index), validators };
      expect(await checkBlock(request, view, signatures), `proof of ${index + 1}`).toBe(Code.Success);
      expect(decodeProof(proof)?.votes.length).toBeGreaterThanOrEqual(3);
    }
  }
}

const height = (node: FakeNode): number => node.controller.blocks.length;

/** What the controllers do beside consensus: who is behind takes blocks of a peer, after CheckBlock, and says so. */
async function syncControllers(nodes: readonly FakeNode[]): Promise<void> {
  const ahead = nodes.reduce((a, b) => (height(b) > height(a) ? b : a));
  for (const node of nodes) {
    const block = ahead.controller.blocks[height(node) + 1];
    const next = ahead.controller.blocks[height(node)];
    if (block === undefined || next === undefined) continue; // one behind: consensus itself brings it
    const request = { proposal: { height: BigInt(height(node) + 1), data: next.data }, proof: next.proof };
    if ((await node.consensus?.checkBlock(request)) !== Code.Success) continue;
    node.controller.commit(request);
    node.reconfigure();
  }
}

/** Four nodes among bad neighbours and bad peers for a minute, then among good ones. */
async function suffer(seed: number, suiteName: string | null): Promise<void> {
  const random = seeded(seed);
  const { log, lines } = recordingLog();
  chain = await fakeChain(4, log);
  const { nodes } = chain;
  let isBad = false;
  for (const node of nodes) {
    if (suiteName !== null) node.controller.suiteName = suiteName;
    node.spoil = (answers) => spoiled(answers, random, () => isBad && random.chance(0.5));
    await node.start();
  }
  await chain.until('2 blocks', () => nodes.every((node) => height(node) >= 2));

  isBad = true;
  let seen = 0;
  for (let tick = 0; tick < 60; tick += 1) {
    await chain.clock.advanceAsync(1000);
    await syncControllers(nodes);
    const lately = chain.sent.slice(seen);
    seen = chain.sent.length;
    for (let i = 0; i < 20; i += 1) {
      const { type, msg } =
        lately.length === 0 ? { type: 'proposal', msg: bytes(random, 9) } : random.pick(lately);
      const kind = random.chance(0.8) ? type : random.pick(['fetch', 'block', 'lprevote', 'raft', '']);
      const origin = random.chance(0.5) ? random.pick(nodes).origin : BigInt(random.below(1000));
      const message = { module: 'consensus', type: kind, origin, msg: damaged(random, msg) };
      expect(random.pick(nodes).consensus?.processMessage(message)).toBe(Code.Success);
    }
  }
  isBad = false;
  const before = Math.max(...nodes.map(height));
  for (let tick = 0; nodes.some((node) => height(node) < before + 3); tick += 1) {
    expect(tick, `${nodes.map(height)} blocks, ${before} when all was well again`).toBeLessThan(120);
    await chain.clock.advanceAsync(1000);
    await syncControllers(nodes);
  }
  expectNoDoubleSign(nodes);
  await expectSoundBlocks(nodes);
  for (const { consensus } of nodes) expect(consensus?.isServing('')).toBe(true);
  expect(lines.filter((line) => /the core failed|failed in a step/.test(JSON.stringify(line)))).toEqual([]);
}

test.each([1, 2, 3, 4, 5, 6])('bad neighbours and peers, seed %i', (seed) => suffer(seed, null), 60_000);

test.each([11, 12])(
  'bad neighbours who also hash and recover, seed %i',
  (seed) => suffer(seed, 'theirs'),
  60_000,
);

test('a crypto process that signs with another key is silenced by us, and the others go on', async () => {
  chain = await fakeChain(4, silentLog);
  const { nodes } = chain;
  const [a, b, ...rest] = nodes;
  if (a === undefined || b === undefined) throw new Error('no nodes');
  a.spoil = (answers) => ({
    ...answers,
    crypto: {
      ...answers.crypto,
      signMessage: ({ msg }) => ({
        status: { code: Code.Success },
        signature: chain.suite.sign(new Uint8Array(32).fill(99), msg),
      }),
    },
  });
  for (const node of nodes) await node.start();
  await chain.until('4 blocks', () => [b, ...rest].every((node) => height(node) >= 4));
  expect(chain.sent.filter(({ from, type }) => from === a && type !== 'fetch')).toEqual([]);
  expect(height(a)).toBeGreaterThanOrEqual(3); // it follows by the others' decisions
});
