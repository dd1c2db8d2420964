// What consensus gets: proposals, and opinions on proposals (docs/protocol/controller.md 8.1, 8.2).

import { Block, RawTransaction } from '@hexapod/protocol/blockchain';
import { be32, concatBytes, zero } from '@hexapod/protocol/bytes';
import { ProposalEnum } from '@hexapod/protocol/common';
import { Code, codeName } from '@hexapod/protocol/status-code';
import { delimited } from '@hexapod/protocol/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Controller } from '../src/controller.ts';
import { LockId, NEVER_CHANGED } from '../src/system-config.ts';
import { normal, utxo } from './support/accounts.ts';
import { EPOCH, makeBlock, makeChain, settle, type TestChain, within } from './support/chain.ts';
import { codeOf, type TestNode } from './support/node.ts';
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

  it('checks no proposal twice, whether its transactions found room in the pool or not', async () => {
    const small = await makeChain({ controller: { max_pool_count: 1 } });
    const [one] = small.nodes;
    await one.start();
    await makeBlock(one);
    const data = proposal(small, { body: [transferOf(small, 'a'), transferOf(small, 'b')] });
    one.calls.clear();
    await one.controller.requests.checkProposal(2n, data);
    await one.controller.requests.checkProposal(2n, data);
    expect(one.controller.pool.size).toBe(1);
    expect(one.calls.get('checkTransactions')).toBe(1);
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
