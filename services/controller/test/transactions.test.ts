// How transactions come in: from users one by one and in batches, from other nodes (docs/protocol/controller.md 6, 7.4).

import { RawTransaction, RawTransactions, type Transaction } from '@hexapod/protocol/blockchain';
import { be32, concatBytes, zero } from '@hexapod/protocol/bytes';
import { SyncTxRequest, SyncTxRespond } from '@hexapod/protocol/controller-messages';
import { Code } from '@hexapod/protocol/status-code';
import { delimited } from '@hexapod/protocol/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Controller } from '../src/controller.ts';
import { LockId, NEVER_CHANGED } from '../src/system-config.ts';
import { normal, utxo } from './support/accounts.ts';
import { makeBlock, makeChain, settle, type TestChain, within } from './support/chain.ts';
import { edgeOf, outcomeOf } from './support/edge.ts';
import { codeOf, type TestNode } from './support/node.ts';

let chain: TestChain;
let node: TestNode;
let controller: Controller;

beforeEach(async () => {
  chain = await makeChain({ controller: { max_tx_bytes: 5_000, max_pool_count: 10 } });
  [node] = chain.nodes;
  controller = await node.start();
  await makeBlock(node);
  await settle();
  node.calls.clear();
});

const made = (nonce: string, fields: Partial<Transaction> = {}) =>
  normal(chain.suite, chain.user, { chainId: chain.chainId, validUntilBlock: 10n, nonce, ...fields });
const submit = (raw: RawTransaction) => within(chain, controller.intake.submit(raw));
const submitBatch = (raws: readonly RawTransaction[]) => within(chain, controller.intake.submitBatch(raws));
const hashOf = ({ tx }: RawTransaction) => tx?.value.transactionHash;

/** With the witness of another transaction. */
function forged(raw: RawTransaction): RawTransaction {
  const other = made('another').tx;
  if (raw.tx?.case !== 'normalTx' || other?.case !== 'normalTx') throw new Error('made above');
  return { tx: { case: 'normalTx', value: { ...raw.tx.value, witness: other.value.witness } } };
}

describe('one transaction of a user', () => {
  it('is answered with its hash, pooled, and visible', async () => {
    const raw = made('a');
    expect(await submit(raw)).toEqual(hashOf(raw));
    expect(await controller.queries.transaction(hashOf(raw) ?? zero(0))).toEqual(raw);
  });

  it.each<[string, () => RawTransaction, Code]>([
    ['row 0: neither kind', () => RawTransaction.create(), Code.NoTransaction],
    ['row 7: expired', () => made('a', { validUntilBlock: 1n }), Code.InvalidValidUntilBlock],
    ['row 14: another hash', () => changed(made('a'), { transactionHash: zero(32) }), Code.HashCheckError],
    [
      'row 12: a hash of 31 bytes',
      () => changed(made('a'), { transactionHash: zero(31) }),
      Code.HashLenError,
    ],
    [
      'row 15: a signature of 64 bytes',
      () => changed(made('a'), { witness: { signature: zero(64), sender: zero(20) } }),
      Code.SigLenError,
    ],
    [
      'row 16: no signature at all',
      () => changed(made('a'), { witness: { signature: zero(65), sender: zero(20) } }),
      Code.SigCheckError,
    ],
    ['row 17: another signer', () => forged(made('a')), Code.SigCheckError],
    ['a utxo of somebody', () => utxo(chain.suite, chain.user, { lockId: 1003n }), Code.AdminCheckError],
    [
      'a utxo that does nothing',
      () =>
        utxo(chain.suite, chain.admin, {
          lockId: LockId.chainId,
          preTxHash: NEVER_CHANGED,
          output: zero(32),
        }),
      Code.UpdateSystemConfigError,
    ],
    [
      'a utxo that harms',
      () => utxo(chain.suite, chain.admin, { lockId: LockId.validators, preTxHash: NEVER_CHANGED }),
      Code.UpdateSystemConfigError,
    ],
  ])('%s', async (_, raw, code) => {
    expect(await codeOf(submit(raw()))).toBe(code);
    expect(controller.pool.size).toBe(0);
  });

  function changed(raw: RawTransaction, part: object): RawTransaction {
    if (raw.tx?.case !== 'normalTx') throw new Error('made above');
    return { tx: { case: 'normalTx', value: { ...raw.tx.value, ...part } } };
  }

  it('row 18: is a duplicate the second time, verified once; with another witness it is verified again', async () => {
    await submit(made('a'));
    expect(await codeOf(submit(made('a')))).toBe(Code.DupTransaction);
    expect(node.calls.get('checkTransactions')).toBe(1);
    expect(await codeOf(submit(forged(made('a'))))).toBe(Code.SigCheckError);
  });

  it('of those that come together, each has its own answer and all one check', async () => {
    const raws = [made('a'), forged(made('b')), made('c'), made('a')];
    const codes = await within(chain, Promise.all(raws.map((raw) => codeOf(controller.intake.submit(raw)))));
    expect(codes).toEqual([Code.Success, Code.SigCheckError, Code.Success, Code.DupTransaction]);
    expect(node.calls.get('checkTransactions')).toBe(1);
  });

  it('is asked of the crypto process by the strict rule', async () => {
    const rules: boolean[] = [];
    node.faults.checkTransactions = (_, strict) => {
      rules.push(strict);
      return undefined;
    };
    await submit(made('a'));
    await submitBatch([made('b')]);
    await controller.intake.admitFromPeer([{ raw: made('c'), canonical: undefined }]);
    expect(rules).toEqual([true, true, false]);
  });

  it('is refused when the crypto process is away', async () => {
    node.faults.checkTransactions = () => Code.CryptoServerNotReady;
    expect(await codeOf(submit(made('a')))).toBe(Code.CryptoServerNotReady);
  });

  it('that was finalized while its signature was checked is not pooled (weakness 9)', async () => {
    const raw = made('a');
    const late = codeOf(controller.intake.submit(raw));
    // No time passes: the check of the first one still waits for others.
    await controller.intake.admitFromPeer([{ raw, canonical: undefined }]);
    await makeBlock(node);
    expect(await within(chain, late)).toBe(Code.HistoryDupTx);
    expect(controller.pool.size).toBe(0);
  });
});

describe('the gRPC edge', () => {
  const send = async (raw: RawTransaction) => {
    const answer = edgeOf(controller).get('/controller.RPCService/SendRawTransaction');
    return outcomeOf(within(chain, Promise.resolve(answer?.(RawTransaction.encode(raw)) ?? zero(0))));
  };

  it('names the code, and nothing else', async () => {
    expect(await send(made('a', { version: 3 }))).toBe('3 InvalidVersion');
  });

  it('says what is too large', async () => {
    expect(await send(made('a', { data: zero(5_000) }))).toMatch(
      /^3 the transaction has 5\d\d\d bytes, at most 5000 are accepted$/,
    );
  });

  it('says RESOURCE_EXHAUSTED when the pool is full', async () => {
    for (let n = 0; n < 10; n += 1) await send(made(`${n}`));
    expect(await send(made('one more'))).toMatch(/^8 too busy: the pool is full with 10 transactions/);
    await makeBlock(node);
    expect(await send(made('one more'))).toMatch(/^0a20/);
  });
});

describe('a batch of a user', () => {
  it('is answered with the hashes of those that are new', async () => {
    await submit(made('b'));
    const batch = [made('a'), made('b'), made('c')];
    expect(await submitBatch(batch)).toEqual([batch[0], batch[2]].map((raw) => raw && hashOf(raw)));
    expect(await submitBatch(batch)).toEqual([]);
    expect(await submitBatch([])).toEqual([]);
  });

  it.each<[string, () => RawTransaction, Code]>([
    ['a bad signature', () => forged(made('x')), Code.SigCheckError],
    ['one of neither kind', () => RawTransaction.create(), Code.NoneRawTx],
    ['an expired one', () => made('x', { validUntilBlock: 1n }), Code.InvalidValidUntilBlock],
  ])('is refused as a whole for %s', async (_, bad, code) => {
    expect(await codeOf(submitBatch([made('a'), bad(), made('b')]))).toBe(code);
    expect(controller.pool.size).toBe(0);
  });

  it('that does not fit into the pool is refused as a whole', async () => {
    const batch = Array.from({ length: 11 }, (_, n) => made(`${n}`));
    await expect(submitBatch(batch)).rejects.toThrow(/the pool is full/);
    expect(controller.pool.size).toBe(0);
  });
});

describe('transactions of other nodes', () => {
  const receive = (type: string, msg: Uint8Array) =>
    within(chain, controller.peerMessages.process({ module: 'controller', type, origin: 9n, msg }));

  it('good ones are taken although others of the batch are bad; the first refusal is the code', async () => {
    const body = [made('a'), made('x', { validUntilBlock: 1n }), forged(made('y')), made('b')];
    expect(await receive('send_txs', RawTransactions.encode({ body }))).toBe(Code.InvalidValidUntilBlock);
    expect([...controller.pool.values()].map(({ hash }) => hash)).toEqual([made('a'), made('b')].map(hashOf));
  });

  it('come in all three forms', async () => {
    expect(await receive('send_tx', RawTransaction.encode(made('a')))).toBe(Code.Success);
    const respond = { case: 'ok' as const, value: made('b') };
    expect(await receive('sync_tx_respond', SyncTxRespond.encode({ respond }))).toBe(Code.Success);
    expect(controller.pool.size).toBe(2);
  });

  it('are kept in their canonical form, in whichever they come', async () => {
    const canonical = RawTransaction.encode(made('a'));
    // An unknown field at the end.
    const other = RawTransactions.encode({ body: [made('a')] });
    const sent = concatBytes(delimited(1, concatBytes(canonical, Uint8Array.of(0x78, 1))), other);
    await receive('send_txs', sent);
    expect([...controller.pool.values()].map(({ bytes }) => bytes)).toEqual([canonical]);
  });

  it('are not sent on', async () => {
    await receive('send_txs', RawTransactions.encode({ body: [made('a')] }));
    await chain.clock.advanceAsync(1000);
    expect(chain.hub.sent.filter(({ type }) => type === 'send_txs')).toEqual([]);
  });

  it('are told to who asks for them, pooled or stored', async () => {
    await submit(made('a'));
    const asked: Uint8Array[] = [];
    chain.hub.impersonate(9n, ({ payload }) => asked.push(payload));
    const ask = (raw: RawTransaction) =>
      receive('sync_tx', SyncTxRequest.encode({ txHash: hashOf(raw) ?? zero(0) }));
    await ask(made('a'));
    await ask(made('unknown'));
    await makeBlock(node);
    await ask(made('a'));
    const expected = SyncTxRespond.encode({ respond: { case: 'ok', value: made('a') } });
    expect(asked).toEqual([expected, expected]);
  });
});

describe('forwarding', () => {
  const sent = () =>
    chain.hub.sent
      .filter(({ type }) => type === 'send_txs')
      .map(({ payload }) => RawTransactions.decode(payload).body);

  it('sends what users gave, once, together, and only what is new', async () => {
    await submit(made('a'));
    await submitBatch([made('a'), made('b')]);
    await submitBatch([made('c')]);
    await chain.clock.advanceAsync(1000);
    expect(sent()).toEqual([[made('a'), made('b'), made('c')]]);
  });

  it('sends governance too', async () => {
    const change = utxo(chain.suite, chain.admin, {
      lockId: LockId.blockInterval,
      preTxHash: NEVER_CHANGED,
      output: be32(5),
    });
    await submit(change);
    await chain.clock.advanceAsync(1000);
    expect(sent()).toEqual([[change]]);
  });

  it('can be switched off', async () => {
    const quiet = await makeChain({ controller: { enable_forward: false } });
    const { intake } = await quiet.nodes[0].start();
    const raw = normal(quiet.suite, quiet.user, { chainId: quiet.chainId, validUntilBlock: 10n });
    await within(quiet, intake.submit(raw));
    await quiet.clock.advanceAsync(1000);
    expect(quiet.hub.sent.filter(({ type }) => type === 'send_txs')).toEqual([]);
  });
});
