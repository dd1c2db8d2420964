// Catching up from other nodes, honest and lying (docs/protocol/controller.md 11 to 13).

import type { Block } from '@hexapod/protocol/blockchain';
import { zero } from '@hexapod/protocol/bytes';
import { BFTProposal, ProposalEnum } from '@hexapod/protocol/common';
import {
  ChainStatus,
  ChainStatusInit,
  ChainStatusRespond,
  SyncBlockRequest,
  SyncBlockRespond,
} from '@hexapod/protocol/controller-messages';
import { originOf } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { describe, expect, it } from 'vitest';
import { account, normal } from './support/accounts.ts';
import {
  type ChainSettings,
  eventually,
  makeBlock,
  makeChain,
  settle,
  type TestChain,
  within,
} from './support/chain.ts';
import type { SentMessage } from './support/hub.ts';
import { codeOf, type TestNode } from './support/node.ts';

const BLOCKS = 50;

const originOfNode = (node: TestNode | undefined): bigint =>
  originOf(node?.account.address ?? new Uint8Array(20));

/** Nodes of which all but the last have made blocks, and now the last one starts. */
async function lateComer(
  settings: ChainSettings = {},
): Promise<{ chain: TestChain; late: TestNode; ahead: TestNode[] }> {
  const chain = await makeChain({ nodes: 3, ...settings });
  const ahead = chain.nodes.slice(0, -1);
  const [late] = chain.nodes.slice(-1);
  const [first, ...others] = ahead;
  if (late === undefined || first === undefined) throw new RangeError('at least two nodes are wanted');
  for (const node of ahead) await node.start();
  for (let n = 0; n < BLOCKS; n += 1) {
    const fields = { chainId: chain.chainId, validUntilBlock: BigInt(n + 10), nonce: `${n}` };
    await within(chain, first.controller.intake.submit(normal(chain.suite, chain.user, fields)));
    await makeBlock(first, others);
  }
  await settle();
  return { chain, late, ahead };
}

const hasCaughtUp = (late: TestNode) => () => late.controller.chain.height === BigInt(BLOCKS);

describe('a node that comes late', () => {
  it('catches up, and ends with the same state', async () => {
    const { chain, late, ahead } = await lateComer();
    await within(chain, late.start());
    await eventually(chain, hasCaughtUp(late));
    await eventually(chain, () => !late.controller.sync.isSyncing);
    expect(late.controller.chain.head).toEqual(ahead[0]?.controller.chain.head);
    // Consensus was told of every height, in order.
    expect(late.reconfigured.map(({ height }) => height)).toEqual(
      Array.from({ length: BLOCKS + 1 }, (_, n) => BigInt(n)),
    );
    const asked = chain.hub.sent.filter(({ type }) => type === 'sync_block');
    expect(asked.length).toBeLessThan(20);
  });

  it('refuses to propose while it catches up', async () => {
    const { chain, late } = await lateComer();
    // Nothing but introductions arrives: the node knows that it is behind.
    chain.hub.tamper = (message) => (message.type.startsWith('sync_block') ? undefined : message);
    await within(chain, late.start());
    await eventually(chain, () => late.controller.sync.isSyncing);
    expect(await codeOf(late.controller.requests.getProposal())).toBe(Code.NodeInSyncMode);
    chain.hub.tamper = (message) => message;
    await eventually(chain, hasCaughtUp(late));
    await eventually(chain, () => !late.controller.sync.isSyncing);
    expect(await codeOf(late.controller.requests.getProposal())).toBe(Code.Success);
  });

  it('takes part again from the next height on', async () => {
    const { chain, late, ahead } = await lateComer();
    await within(chain, late.start());
    await eventually(chain, hasCaughtUp(late));
    await settle();
    const [first, ...others] = ahead;
    if (first === undefined) throw new Error('made above');
    await makeBlock(first, [...others, late]);
    expect(late.controller.chain.height).toBe(BigInt(BLOCKS + 1));
  });

  it('survives the loss of every third message', async () => {
    const { chain, late } = await lateComer();
    let count = 0;
    chain.hub.tamper = (message) => (++count % 3 === 0 ? undefined : message);
    await within(chain, late.start());
    await eventually(chain, hasCaughtUp(late), 3_600_000);
  });

  it('goes on where a crash stopped it', async () => {
    const { chain, late } = await lateComer();
    await late.start();
    late.crash.arm(50, 'after');
    await eventually(chain, () => late.crash.isDead);
    late.kill();
    const before = late.disks.executor.height;
    await within(chain, late.start());
    expect(before).toBeGreaterThan(5);
    expect(late.controller.chain.height).toBeGreaterThanOrEqual(BigInt(before - 1));
    await eventually(chain, hasCaughtUp(late));
  });

  it.each([
    [
      'consensus',
      (late: TestNode) => (late.faults.checkBlock = () => Code.ConsensusServerNotReady),
      'checkBlock' as const,
    ],
    [
      'crypto',
      (late: TestNode) => (late.faults.checkTransactions = () => Code.CryptoServerNotReady),
      'checkTransactions' as const,
    ],
  ])('waits while its %s process is away, and blames nobody (weakness 23)', async (_, breakIt, fault) => {
    const { chain, late } = await lateComer();
    breakIt(late);
    await within(chain, late.start());
    await chain.clock.advanceAsync(12_000);
    expect(late.controller.chain.height).toBe(0n);
    delete late.faults[fault];
    await eventually(chain, hasCaughtUp(late), 20_000);
  });

  it('blames nobody when consensus commits a block while it is being judged', async () => {
    const { chain, late, ahead } = await lateComer({ nodes: 2 });
    const block = await ahead[0]?.controller.queries.blockDetail(7n);
    if (block === undefined) throw new Error('made above');
    let commit: Promise<unknown> | undefined;
    late.faults.checkBlock = (height) => {
      const { head } = late.controller.chain;
      const value = BFTProposal.create({
        preStateRoot: head.stateRoot,
        proposal: { ...block, proof: zero(0), stateRoot: zero(0) },
      });
      const data = ProposalEnum.encode({ proposal: { case: 'bftProposal', value } });
      if (height === 7n) commit = late.controller.requests.commitBlock(7n, data, block.proof);
      return undefined;
    };
    await within(chain, late.start());
    // Sooner than a peer out of favour would be asked again.
    await eventually(chain, hasCaughtUp(late), 10_000);
    await commit;
    expect(late.calls.get('exec')).toBe(BLOCKS + 1);
  });

  it('repeats Reconfigure until consensus has taken it (weakness 22)', async () => {
    const { chain, late } = await lateComer();
    let failures = 4;
    await within(chain, late.start());
    late.faults.reconfigure = () => (failures-- > 0 ? Code.ConsensusServerNotReady : undefined);
    await eventually(chain, hasCaughtUp(late));
    expect(failures).toBeLessThanOrEqual(0);
  });
});

/** Rewrites the blocks in the answers of one node. */
function rewriteBlocks(chain: TestChain, liar: bigint, rewrite: (block: Block) => Block): void {
  chain.hub.tamper = (message) => {
    if (message.type !== 'sync_block_respond' || message.from !== liar) return message;
    const { respond } = SyncBlockRespond.decode(message.payload);
    if (respond?.case !== 'ok') return message;
    const syncBlocks = respond.value.syncBlocks.map(rewrite);
    const payload = SyncBlockRespond.encode({
      respond: { case: 'ok', value: { ...respond.value, syncBlocks } },
    });
    return { ...message, payload };
  };
}

describe('a peer that lies', () => {
  const bytes = (length: number) => new Uint8Array(length).fill(5);
  it.each<[string, (block: Block) => Block]>([
    ['another proof', (block) => ({ ...block, proof: bytes(8) })],
    ['another state root', (block) => ({ ...block, stateRoot: bytes(32) })],
    [
      'another previous hash',
      (block) => ({ ...block, header: block.header && { ...block.header, prevhash: bytes(32) } }),
    ],
    ['no header', (block) => ({ ...block, header: undefined })],
    ['no body', (block) => ({ ...block, body: undefined })],
    ['a transaction of neither kind', (block) => ({ ...block, body: { body: [{ tx: undefined }] } })],
  ])('about blocks (%s) falls out of favour, and another is asked', async (_, rewrite) => {
    const { chain, late, ahead } = await lateComer();
    const liar = originOfNode(ahead[0]);
    rewriteBlocks(chain, liar, rewrite);
    await within(chain, late.start());
    await eventually(chain, hasCaughtUp(late), 3_600_000);
    expect(late.controller.chain.head).toEqual(ahead[1]?.controller.chain.head);
  });

  /** A node that introduces itself with a height it does not have, and sees what is asked of it. */
  function boaster(chain: TestChain, height: bigint) {
    const { suite } = chain;
    const own = account(suite, 77);
    const origin = originOf(own.address);
    const asked: SentMessage[] = [];
    chain.hub.impersonate(origin, (message) => asked.push(message));
    const chainStatus: ChainStatus = {
      version: 0,
      chainId: chain.chainId,
      height,
      hash: { hash: bytes(32) },
      address: { address: own.address },
    };
    const signature = suite.sign(own.privateKey, suite.hash(ChainStatus.encode(chainStatus)));
    const introduction = ChainStatusInit.encode({ chainStatus, signature });
    return { asked, origin, own, chainStatus, introduction };
  }

  it('about its height and never answers: passed over, the node goes on', async () => {
    const chain = await makeChain();
    const [node] = chain.nodes;
    await node.start();
    const { asked, introduction, origin } = boaster(chain, 1_000_000n);
    expect(
      await node.controller.peerMessages.process({
        module: 'controller',
        type: 'chain_status_init',
        origin,
        msg: introduction,
      }),
    ).toBe(Code.Success);
    expect(await codeOf(node.controller.requests.getProposal())).toBe(Code.NodeInSyncMode);
    expect(asked.some(({ type }) => type === 'sync_block')).toBe(true);
    await eventually(chain, () => !node.controller.sync.isSyncing, 20_000);
    await makeBlock(node);
    const again = { module: 'controller', type: 'chain_status_init', origin, msg: introduction };
    expect(await node.controller.peerMessages.process(again)).toBe(Code.MisbehaveNode);
  });

  it('with blocks nobody asked for: not kept', async () => {
    const { chain, late, ahead } = await lateComer();
    await late.start();
    const { own, origin } = boaster(chain, 5n);
    const block = await ahead[0]?.controller.queries.blockDetail(1n);
    if (block === undefined) throw new Error('made above');
    chain.hub.tamper = () => undefined;
    const respond = {
      case: 'ok' as const,
      value: { address: { address: own.address }, syncBlocks: [block] },
    };
    const msg = SyncBlockRespond.encode({ respond });
    const code = await late.controller.peerMessages.process({
      module: 'controller',
      type: 'sync_block_respond',
      origin,
      msg,
    });
    expect(code).toBe(Code.Success);
    await settle();
    expect(late.controller.chain.height).toBe(0n);
  });

  it('in the name of another: nothing happens to the other (weaknesses 17, 18)', async () => {
    const { chain, late, ahead } = await lateComer();
    chain.hub.tamper = (message) => (message.type.startsWith('sync_block') ? undefined : message);
    await within(chain, late.start());
    await eventually(chain, () => late.controller.sync.isSyncing);
    const { origin } = boaster(chain, 5n);
    const honest = ahead[0]?.account.address ?? new Uint8Array(20);
    const { peerMessages } = late.controller;
    const say = (type: string, msg: Uint8Array) =>
      peerMessages.process({ module: 'controller', type, origin, msg });
    const address = { address: honest };
    const respond = { case: 'notSameChain' as const, value: address };
    expect(await say('chain_status_respond', ChainStatusRespond.encode({ respond }))).toBe(
      Code.AddressOriginCheckError,
    );
    const miss = { case: 'missBlock' as const, value: address };
    expect(await say('sync_block_respond', SyncBlockRespond.encode({ respond: miss }))).toBe(Code.Success);
    const otherChain = { version: 0, chainId: bytes(32), height: 1n, hash: { hash: bytes(32) }, address };
    expect(await say('chain_status', ChainStatus.encode(otherChain))).toBe(Code.Success);
    chain.hub.tamper = (message) => message;
    // The honest node is still the one that is asked, and answers.
    await eventually(chain, hasCaughtUp(late), 20_000);
  });

  it('about its chain id: told, and banned', async () => {
    const chain = await makeChain();
    const [node] = chain.nodes;
    await node.start();
    const { asked, chainStatus, origin, own } = boaster(chain, 5n);
    const other = { ...chainStatus, chainId: bytes(32) };
    const signature = chain.suite.sign(own.privateKey, chain.suite.hash(ChainStatus.encode(other)));
    const msg = ChainStatusInit.encode({ chainStatus: other, signature });
    const introduce = (payload: Uint8Array) =>
      node.controller.peerMessages.process({
        module: 'controller',
        type: 'chain_status_init',
        origin,
        msg: payload,
      });
    expect(await introduce(msg)).toBe(Code.VersionOrIdCheckError);
    expect(asked.at(-1)?.type).toBe('chain_status_respond');
    const { introduction } = boaster(chain, 6n);
    expect(await introduce(introduction)).toBe(Code.BannedNode);
  });

  it('with a version of its own: no reason to ban (weakness 12)', async () => {
    const chain = await makeChain();
    const [node] = chain.nodes;
    await node.start();
    const { chainStatus, origin, own } = boaster(chain, 5n);
    const other = { ...chainStatus, version: 9 };
    const signature = chain.suite.sign(own.privateKey, chain.suite.hash(ChainStatus.encode(other)));
    const msg = ChainStatusInit.encode({ chainStatus: other, signature });
    expect(
      await node.controller.peerMessages.process({
        module: 'controller',
        type: 'chain_status_init',
        origin,
        msg,
      }),
    ).toBe(0);
  });

  it('with a message of unknown type: banned', async () => {
    const chain = await makeChain();
    const [node] = chain.nodes;
    await node.start();
    const { introduction, origin } = boaster(chain, 5n);
    const say = (type: string, msg: Uint8Array) =>
      node.controller.peerMessages.process({ module: 'controller', type, origin, msg });
    expect(await say('gossip', bytes(3))).toBe(Code.Success);
    expect(await say('chain_status_init', introduction)).toBe(Code.BannedNode);
  });
});

describe('serving blocks', () => {
  it('splits a large request, and says miss_block only of what it does not have (weakness 20)', async () => {
    const { chain, ahead } = await lateComer({
      adjust: (options) => ({
        ...options,
        syncServer: { ...options.syncServer, maxAnswerBytes: 2_000, maxBlocks: 40 },
      }),
    });
    const [node] = ahead;
    if (node === undefined) throw new Error('made above');
    const origin = 12345n;
    const heights: bigint[] = [];
    let missing = 0;
    let answers = 0;
    chain.hub.impersonate(origin, ({ payload }) => {
      answers += 1;
      const { respond } = SyncBlockRespond.decode(payload);
      if (respond?.case === 'missBlock') missing += 1;
      else heights.push(...(respond?.value.syncBlocks ?? []).map(({ header }) => header?.height ?? -1n));
    });
    const ask = async (start: bigint, end: bigint) => {
      const msg = SyncBlockRequest.encode({ startHeight: start, endHeight: end });
      await node.controller.peerMessages.process({ module: 'controller', type: 'sync_block', origin, msg });
      await settle(60);
    };
    await ask(1n, 127n);
    expect(heights).toEqual(Array.from({ length: 40 }, (_, n) => BigInt(n + 1)));
    expect(answers).toBeGreaterThan(3);
    expect(missing).toBe(0);
    await ask(45n, 60n);
    expect(heights.slice(40)).toEqual([45n, 46n, 47n, 48n, 49n, 50n]);
    expect(missing).toBe(0);
    await ask(60n, 70n);
    expect(missing).toBe(1);
  });
});
