// What consensus gets: proposals, opinions on proposals, blocks made final (docs/protocol/controller.md 8).

import { Block, type BlockHeader, RawTransaction } from '@hexapod/protocol/blockchain';
import { be32, be64, concatBytes, zero } from '@hexapod/protocol/bytes';
import { BFTProposal, ProposalEnum } from '@hexapod/protocol/common';
import { transactionsRoot } from '@hexapod/protocol/rules';
import { Code, codeName } from '@hexapod/protocol/status-code';
import { delimited } from '@hexapod/protocol/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Controller } from '../src/controller.ts';
import { LockId, NEVER_CHANGED } from '../src/system-config.ts';
import { normal, utxo } from './support/accounts.ts';
import { EPOCH, makeBlock, makeChain, settle, type TestChain, within } from './support/chain.ts';
import { edgeOf } from './support/edge.ts';
import { codeOf, proofOf, type TestNode } from './support/node.ts';

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

const transfer = (nonce: string, quota = 100_000n) =>
  normal(chain.suite, chain.user, { chainId: chain.chainId, validUntilBlock: 10n, nonce, quota });

/** A proposal for height 2 as an honest node makes it, with changes. */
function propose(changes: {
  body?: readonly RawTransaction[];
  header?: Partial<BlockHeader>;
  block?: Partial<Block>;
  bft?: Partial<BFTProposal>;
}): Uint8Array {
  const body = [...(changes.body ?? [])];
  const hashes = body.map(({ tx }) => tx?.value.transactionHash ?? zero(32));
  const { head } = controller.chain;
  const header: BlockHeader = {
    prevhash: head.hash,
    timestamp: BigInt(EPOCH),
    height: head.height + 1n,
    transactionsRoot: transactionsRoot(chain.suite.hash, hashes),
    proposer: bytes(20),
    ...changes.header,
  };
  const proposal = Block.create({ header, body: { body }, ...changes.block });
  const value = BFTProposal.create({ preStateRoot: head.stateRoot, proposal, ...changes.bft });
  return ProposalEnum.encode({ proposal: { case: 'bftProposal', value } });
}

const check = async (data: Uint8Array, height = 2n) =>
  codeName(await codeOf(controller.requests.checkProposal(height, data)));

describe('GetProposal', () => {
  it('makes an empty block with NoTransaction, a full one with Success', async () => {
    const empty = await controller.requests.getProposal();
    expect([empty.height, empty.isEmpty]).toEqual([2n, true]);
    await within(chain, controller.intake.submit(transfer('a')));
    const full = await controller.requests.getProposal();
    expect([full.height, full.isEmpty]).toEqual([2n, false]);
    const { proposal } = ProposalEnum.decode(full.data);
    const { header, body } = proposal?.value.proposal ?? {};
    expect(header?.proposer).toEqual(node.account.address);
    expect(header?.timestamp).toBe(BigInt(chain.clock.now()));
    expect(body?.body).toEqual([transfer('a')]);
    expect(proposal?.value.preStateRoot).toEqual(controller.chain.head.stateRoot);
  });

  it('makes proposals that pass the checks of another node, and its own', async () => {
    await within(chain, controller.intake.submit(transfer('a')));
    const { data } = await controller.requests.getProposal();
    node.calls.clear();
    expect(await check(data)).toBe('Success');
    expect(node.calls.get('checkTransactions')).toBeUndefined();
  });

  it('goes on with the brake on and transactions in the pool (weakness 7)', async () => {
    await within(chain, controller.intake.submit(transfer('a')));
    const brake = { lockId: LockId.emergencyBrake, preTxHash: NEVER_CHANGED, output: zero(1) };
    const on = await within(chain, controller.intake.submit(utxo(chain.suite, chain.admin, brake)));
    await makeBlock(node);
    await within(
      chain,
      controller.intake.submit(transfer('b')).catch(() => undefined),
    );
    expect(controller.chain.config.emergencyBrake).toBe(true);
    expect(await codeOf(within(chain, controller.intake.submit(transfer('c'))))).toBe(Code.EmergencyBrake);
    await makeBlock(node);
    const off = { lockId: LockId.emergencyBrake, preTxHash: on, output: zero(0) };
    await within(chain, controller.intake.submit(utxo(chain.suite, chain.admin, off)));
    await makeBlock(node);
    expect(controller.chain.config.emergencyBrake).toBe(false);
    await within(chain, controller.intake.submit(transfer('d')));
    expect((await makeBlock(node)).isEmpty).toBe(false);
  });

  it('goes on after two changes of one lock met in the pool (weakness 8)', async () => {
    for (const interval of [6, 7]) {
      const change = { lockId: LockId.blockInterval, preTxHash: NEVER_CHANGED, output: be32(interval) };
      await within(chain, controller.intake.submit(utxo(chain.suite, chain.admin, change)));
    }
    await makeBlock(node);
    expect(controller.chain.config.blockInterval).toBe(6);
    expect((await makeBlock(node)).isEmpty).toBe(true);
    expect(controller.pool.size).toBe(0);
  });

  it('keeps to the size that links carry', async () => {
    const small = await makeChain({
      adjust: (options) => ({ ...options, consensus: { ...options.consensus, maxProposalBytes: 4_000 } }),
    });
    const one = await small.nodes[0].start();
    for (let n = 0; n < 20; n += 1) {
      const fields = { chainId: small.chainId, validUntilBlock: 10n, nonce: `${n}`, data: bytes(300) };
      await within(small, one.intake.submit(normal(small.suite, small.user, fields)));
    }
    const { data } = await makeBlock(small.nodes[0]);
    expect(data.length).toBeGreaterThan(2_000);
    expect(data.length).toBeLessThanOrEqual(4_000);
  });
});

describe('CheckProposal, row by row (controller.md 8.2)', () => {
  const short = () =>
    utxo(chain.suite, chain.admin, { lockId: LockId.quotaLimit, preTxHash: NEVER_CHANGED, output: zero(7) });
  it.each<[string, () => Uint8Array, bigint, string]>([
    ['an honest one', () => propose({}), 2n, 'Success'],
    ['with transactions', () => propose({ body: [transfer('a'), transfer('b')] }), 2n, 'Success'],
    ['row 1: not a proposal', () => bytes(3), 2n, 'DecodeError'],
    ['row 1: truncated', () => propose({ body: [transfer('a')] }).subarray(0, 200), 2n, 'DecodeError'],
    ['row 2: too low', () => propose({}), 1n, 'ProposalTooLow'],
    ['row 2: height 0', () => propose({}), 0n, 'ProposalTooLow'],
    ['row 3: too high', () => propose({}), 3n, 'ProposalTooHigh'],
    ['row 3: height 2^64 - 1', () => propose({}), PING, 'ProposalTooHigh'],
    ['row 4: of no kind', () => zero(0), 2n, 'NoneProposal'],
    ['row 6: another state', () => propose({ bft: { preStateRoot: bytes(32) } }), 2n, 'ProposalCheckError'],
    ['row 6: no state', () => propose({ bft: { preStateRoot: zero(0) } }), 2n, 'ProposalCheckError'],
    ['row 7: no block', () => propose({ bft: { proposal: undefined } }), 2n, 'NoneProposal'],
    ['row 8: no body', () => propose({ block: { body: undefined } }), 2n, 'NoneBlockBody'],
    [
      'row 9: a transaction of neither kind',
      () => propose({ body: [RawTransaction.create()] }),
      2n,
      'NoneRawTx',
    ],
    [
      'row 9: a transaction without content',
      () => propose({ body: [{ tx: { case: 'normalTx', value: { transactionHash: zero(32) } } }] }),
      2n,
      'NoneTransaction',
    ],
    [
      'row 9: quota',
      () => propose({ body: [transfer('a', 600_000n), transfer('b', 500_000n)] }),
      2n,
      'QuotaUsedExceed',
    ],
    [
      'row 9: quota that overflows 64 bits',
      () => propose({ body: [transfer('a', 2n ** 64n - 1n), transfer('b', 2n)] }),
      2n,
      'QuotaUsedExceed',
    ],
    ['row 10: no header', () => propose({ block: { header: undefined } }), 2n, 'NoneBlockHeader'],
    ['row 12: header too low', () => propose({ header: { height: 1n } }), 2n, 'ProposalTooLow'],
    ['row 12: header too high', () => propose({ header: { height: 3n } }), 2n, 'ProposalTooHigh'],
    ['row 12: header at 2^64 - 1', () => propose({ header: { height: PING } }), 2n, 'ProposalTooHigh'],
    ['row 14: a bad signature', () => propose({ body: [tampered(transfer('a'))] }), 2n, 'SigCheckError'],
    [
      'row 14: expired',
      () =>
        propose({ body: [normal(chain.suite, chain.user, { chainId: chain.chainId, validUntilBlock: 1n })] }),
      2n,
      'InvalidValidUntilBlock',
    ],
    [
      'row 14: valid until this very height',
      () =>
        propose({ body: [normal(chain.suite, chain.user, { chainId: chain.chainId, validUntilBlock: 2n })] }),
      2n,
      'Success',
    ],
    [
      'row 14: governance by somebody',
      () => propose({ body: [utxo(chain.suite, chain.user, { lockId: 1003n, preTxHash: NEVER_CHANGED })] }),
      2n,
      'AdminCheckError',
    ],
    [
      'weakness 10: governance that ends originals',
      () => propose({ body: [short()] }),
      2n,
      'UpdateSystemConfigError',
    ],
    [
      'weakness 11: originals accept an interval of 0',
      () =>
        propose({
          body: [
            utxo(chain.suite, chain.admin, {
              lockId: LockId.blockInterval,
              preTxHash: NEVER_CHANGED,
              output: be32(0),
            }),
          ],
        }),
      2n,
      'Success',
    ],
    [
      'weakness 13: another transactions root',
      () => propose({ header: { transactionsRoot: bytes(32) } }),
      2n,
      'ProposalCheckError',
    ],
    [
      'weakness 14: one transaction twice',
      () => propose({ body: [transfer('a'), transfer('a')] }),
      2n,
      'DupTransaction',
    ],
    [
      'weakness 14a: a state root',
      () => propose({ block: { stateRoot: bytes(32) } }),
      2n,
      'ProposalCheckError',
    ],
    ['weakness 14a: a proof', () => propose({ block: { proof: bytes(1) } }), 2n, 'ProposalCheckError'],
    ['weakness 14a: a pre_proof', () => propose({ bft: { preProof: bytes(1) } }), 2n, 'ProposalCheckError'],
    ['weakness 14a: a block version', () => propose({ block: { version: 1 } }), 2n, 'ProposalCheckError'],
    [
      'weakness 14b: proposer of 19 bytes',
      () => propose({ header: { proposer: bytes(19) } }),
      2n,
      'ProposalCheckError',
    ],
    [
      'weakness 14b: root of 31 bytes',
      () => propose({ header: { transactionsRoot: bytes(31) } }),
      2n,
      'ProposalCheckError',
    ],
    [
      'weakness 15: an unknown field',
      () => concatBytes(propose({}), delimited(9, zero(0))),
      2n,
      'ProposalCheckError',
    ],
    [
      'weakness 16: another previous hash',
      () => propose({ header: { prevhash: bytes(32) } }),
      2n,
      'ProposalCheckError',
    ],
    [
      'weakness 16: a time far ahead',
      () => propose({ header: { timestamp: BigInt(EPOCH) * 2n } }),
      2n,
      'ProposalCheckError',
    ],
    ['a time that does not grow', () => propose({ header: { timestamp: 1n } }), 2n, 'Success'],
  ])('%s', async (_, data, height, expected) => {
    expect(await check(data(), height)).toBe(expected);
  });

  /** The signature of another transaction. */
  function tampered(raw: RawTransaction): RawTransaction {
    const other = transfer('other').tx;
    if (raw.tx?.case !== 'normalTx' || other?.case !== 'normalTx') throw new Error('made above');
    return { tx: { case: 'normalTx', value: { ...raw.tx.value, witness: other.value.witness } } };
  }

  it('refuses again what it refused before (weakness 13)', async () => {
    const bad = propose({ body: [tampered(transfer('a'))] });
    expect([await check(bad), await check(bad)]).toEqual(['SigCheckError', 'SigCheckError']);
  });

  it('refuses non-canonical transactions inside an honest frame (weakness 15)', async () => {
    const honest = propose({ body: [transfer('a')] });
    const tx = RawTransaction.encode(transfer('a'));
    const loose = concatBytes(tx, delimited(7, zero(0)));
    const { head } = controller.chain;
    const header = ProposalEnum.decode(honest).proposal?.value.proposal?.header;
    if (header === undefined) throw new Error('made above');
    const framed = Block.encode(Block.create({ header }));
    const block = concatBytes(framed, delimited(3, delimited(1, loose)));
    const data = delimited(1, concatBytes(delimited(1, head.stateRoot), delimited(3, block)));
    expect(await check(data)).toBe('ProposalCheckError');
  });

  it('checks no signature twice: what is pooled with the same witness is known', async () => {
    await within(chain, controller.intake.submit(transfer('a')));
    node.calls.clear();
    expect(await check(propose({ body: [transfer('a')] }))).toBe('Success');
    expect(node.calls.get('checkTransactions')).toBeUndefined();
    expect(await check(propose({ body: [transfer('a'), transfer('b')] }))).toBe('Success');
    expect(node.calls.get('checkTransactions')).toBe(1);
  });

  it('checks a pooled transaction with another witness', async () => {
    await within(chain, controller.intake.submit(transfer('a')));
    expect(await check(propose({ body: [tampered(transfer('a'))] }))).toBe('SigCheckError');
  });

  it('says CryptoServerNotReady when nobody can check signatures', async () => {
    node.faults.checkTransactions = () => Code.CryptoServerNotReady;
    expect(await check(propose({ body: [transfer('a')] }))).toBe('CryptoServerNotReady');
    delete node.faults.checkTransactions;
    expect(await check(propose({ body: [transfer('a')] }))).toBe('Success');
  });

  it('takes the transactions of a good proposal into the pool', async () => {
    await check(propose({ body: [transfer('a')] }));
    expect(controller.pool.size).toBe(1);
  });
});

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
