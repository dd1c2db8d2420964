// Every row of the table of docs/protocol/crypto.md 7, and the order in which the rules count.

import {
  RawTransaction,
  Transaction,
  UnverifiedTransaction,
  type UnverifiedUtxoTransaction,
  UtxoTransaction,
  type Witness,
} from '@hexapod/protocol/blockchain';
import { concatBytes, fromHex, Z32, Z33 } from '@hexapod/protocol/bytes';
import { transactionHash } from '@hexapod/protocol/rules';
import { Code, codeName } from '@hexapod/protocol/status-code';
import { DecodeError } from '@hexapod/protocol/wire';
import { describe, expect, test } from 'vitest';
import { checkEncodedTransactions, checkTransaction, checkTransactions } from './check-transactions.ts';
import { loadSuite, type Suite } from './suite.ts';

const KEY = fromHex('ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690');
const TRANSACTION = Transaction.create({
  to: fromHex('524268b46968103ce8323353dab16ae857f09a6f'),
  nonce: 'test',
  quota: 300_000n,
  validUntilBlock: 100n,
  data: Uint8Array.of(1, 2),
  value: Z32,
  chainId: fromHex('63586a3c0255f337c77a777ff54f0040b8c388da04f23ecee6bfd4953a6512b4'),
});
const UTXO = UtxoTransaction.create({ preTxHash: Z33, output: Uint8Array.of(0, 0, 0, 6), lockId: 1003n });

const normalTx = (value: UnverifiedTransaction): RawTransaction => ({ tx: { case: 'normalTx', value } });
const utxoTx = (value: UnverifiedUtxoTransaction): RawTransaction => ({ tx: { case: 'utxoTx', value } });
const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte));

function witnessOf(suite: Suite, hash: Uint8Array): Witness {
  return { signature: suite.sign(KEY, hash), sender: suite.signer(KEY).address };
}

function signedNormal(suite: Suite): UnverifiedTransaction & { witness: Witness; transaction: Transaction } {
  const hash = transactionHash(suite.hash, TRANSACTION);
  return { transaction: TRANSACTION, transactionHash: hash, witness: witnessOf(suite, hash) };
}

function signedUtxo(suite: Suite): UnverifiedUtxoTransaction & { transaction: UtxoTransaction } {
  const hash = transactionHash(suite.hash, UTXO);
  return { transaction: UTXO, transactionHash: hash, witnesses: [witnessOf(suite, hash)] };
}

describe.each(['sm', 'eth'] as const)('%s', async (name) => {
  const suite = await loadSuite(name);
  const normal = signedNormal(suite);
  const utxo = signedUtxo(suite);
  const { witness } = normal;
  const [utxoWitness] = utxo.witnesses;
  if (utxoWitness === undefined) throw new Error('unreachable: it was just made');

  const short = (bytes: Uint8Array) => bytes.subarray(0, -1);
  const long = (bytes: Uint8Array) => concatBytes(bytes, Uint8Array.of(0));

  const cases: readonly (readonly [what: string, code: Code, transaction: RawTransaction])[] = [
    ['a good transaction', Code.Success, normalTx(normal)],
    ['a good utxo transaction', Code.Success, utxoTx(utxo)],
    ['no kind', Code.NoneRawTx, { tx: undefined }],
    ['nothing at all in it', Code.NoneWitness, normalTx(UnverifiedTransaction.create())],
    ['no witness', Code.NoneWitness, normalTx({ ...normal, witness: undefined })],
    ['no inner transaction', Code.NoneTransaction, normalTx({ ...normal, transaction: undefined })],
    [
      'no inner transaction and no hash',
      Code.NoneTransaction,
      normalTx({ ...normal, transaction: undefined, transactionHash: short(Z32) }),
    ],
    [
      'a short hash',
      Code.HashLenError,
      normalTx({ ...normal, transactionHash: short(normal.transactionHash) }),
    ],
    [
      'a long hash',
      Code.HashLenError,
      normalTx({ ...normal, transactionHash: long(normal.transactionHash) }),
    ],
    ['no hash', Code.HashLenError, normalTx({ ...normal, transactionHash: new Uint8Array(0) })],
    [
      'another hash',
      Code.HashCheckError,
      normalTx({ ...normal, transactionHash: flip(normal.transactionHash) }),
    ],
    [
      'another content',
      Code.HashCheckError,
      normalTx({ ...normal, transaction: { ...TRANSACTION, nonce: 'tesu' } }),
    ],
    [
      'another content and a short signature',
      Code.HashCheckError,
      normalTx({
        ...normal,
        transaction: { ...TRANSACTION, quota: 1n },
        witness: { ...witness, signature: short(witness.signature) },
      }),
    ],
    [
      'a short signature',
      Code.SigLenError,
      normalTx({ ...normal, witness: { ...witness, signature: short(witness.signature) } }),
    ],
    [
      'a long signature and another sender',
      Code.SigLenError,
      normalTx({ ...normal, witness: { signature: long(witness.signature), sender: flip(witness.sender) } }),
    ],
    [
      'a signature of something else',
      Code.SigCheckError,
      normalTx({ ...normal, witness: { ...witness, signature: suite.sign(KEY, Z32) } }),
    ],
    [
      'another sender',
      Code.SigCheckError,
      normalTx({ ...normal, witness: { ...witness, sender: flip(witness.sender) } }),
    ],
    [
      'a short sender',
      Code.SigCheckError,
      normalTx({ ...normal, witness: { ...witness, sender: short(witness.sender) } }),
    ],
    [
      'no sender',
      Code.SigCheckError,
      normalTx({ ...normal, witness: { ...witness, sender: new Uint8Array(0) } }),
    ],
    ['a utxo: no witness', Code.InvalidWitness, utxoTx({ ...utxo, witnesses: [] })],
    [
      'a utxo: two witnesses',
      Code.InvalidWitness,
      utxoTx({ ...utxo, witnesses: [utxoWitness, utxoWitness] }),
    ],
    ['a utxo: no inner transaction', Code.NoneUtxo, utxoTx({ ...utxo, transaction: undefined })],
    [
      'a utxo: two witnesses and no inner transaction',
      Code.InvalidWitness,
      utxoTx({ ...utxo, transaction: undefined, witnesses: [utxoWitness, utxoWitness] }),
    ],
    [
      'a utxo: a short hash',
      Code.HashLenError,
      utxoTx({ ...utxo, transactionHash: short(utxo.transactionHash) }),
    ],
    [
      'a utxo: another hash',
      Code.HashCheckError,
      utxoTx({ ...utxo, transactionHash: normal.transactionHash }),
    ],
    [
      'a utxo: a short signature',
      Code.SigLenError,
      utxoTx({ ...utxo, witnesses: [{ ...utxoWitness, signature: short(utxoWitness.signature) }] }),
    ],
    ['a utxo: the signature of another', Code.SigCheckError, utxoTx({ ...utxo, witnesses: [witness] })],
    [
      'a utxo: another sender',
      Code.SigCheckError,
      utxoTx({ ...utxo, witnesses: [{ ...utxoWitness, sender: flip(utxoWitness.sender) }] }),
    ],
  ];

  test.each(cases)('%s', (_what, code, transaction) => {
    for (const acceptance of ['as-original', 'strict'] as const) {
      expect(codeName(checkTransaction(suite, transaction, acceptance))).toBe(codeName(code));
    }
    // What came over the wire counts alike, decoded or not.
    const raw = RawTransaction.encode(transaction);
    expect(checkTransaction(suite, RawTransaction.decode(raw), 'as-original')).toBe(code);
    const encoded = { bytes: raw, ends: Uint32Array.of(raw.length) };
    for (const acceptance of ['as-original', 'strict'] as const) {
      const failed = checkEncodedTransactions(suite, encoded, acceptance);
      expect(failed[0]?.code ?? Code.Success).toBe(code);
    }
  });

  test('a list names its failures in order, with the hash they carry', () => {
    const bad = normalTx({ ...normal, witness: undefined });
    const empty: RawTransaction = { tx: undefined };
    expect(checkTransactions(suite, [])).toEqual([]);
    expect(checkTransactions(suite, [normalTx(normal), utxoTx(utxo)])).toEqual([]);
    expect(checkTransactions(suite, [normalTx(normal), empty, utxoTx(utxo), bad])).toEqual([
      { index: 1, code: Code.NoneRawTx, transactionHash: new Uint8Array(0) },
      { index: 3, code: Code.NoneWitness, transactionHash: normal.transactionHash },
    ]);
  });

  test('transactions as bytes are checked alike, wherever they stand in them', () => {
    const bad = normalTx({ ...normal, witness: undefined });
    const wrong = normalTx({ ...normal, witness: { ...witness, sender: flip(witness.sender) } });
    const accented = Transaction.create({ ...TRANSACTION, nonce: 'é' });
    const hash = transactionHash(suite.hash, accented);
    const list = [
      normalTx(normal),
      normalTx({ transaction: accented, transactionHash: hash, witness: witnessOf(suite, hash) }),
      { tx: undefined },
      wrong,
      utxoTx(utxo),
      bad,
      normalTx(normal),
    ];
    const raws = list.map((transaction) => RawTransaction.encode(transaction));
    let end = 0;
    const ends = Uint32Array.from(raws.map(({ length }) => (end += length)));
    const failed = checkEncodedTransactions(suite, { bytes: concatBytes(...raws), ends }, 'strict');
    expect(failed).toEqual(checkTransactions(suite, list));
    expect(failed.map(({ index }) => index)).toEqual([2, 3, 5]);
  });

  test('what does not parse is refused, also inside of a transaction that could be found by its places', () => {
    const raw = RawTransaction.encode(normalTx(normal));
    const nonce = raw.indexOf(0x1a);
    for (const bytes of [raw.subarray(0, -1), raw.with(nonce + 2, 0xff)]) {
      const encoded = { bytes, ends: Uint32Array.of(bytes.length) };
      expect(() => checkEncodedTransactions(suite, encoded, 'strict')).toThrow(DecodeError);
    }
  });

  test('unknown fields and odd order do not count: the hash is of the canonical bytes', () => {
    const odd = concatBytes(fromHex('7801'), Transaction.encode(TRANSACTION), fromHex('7a0161'));
    const received = { ...normal, transaction: Transaction.decode(odd) };
    expect(checkTransaction(suite, normalTx(received), 'as-original')).toBe(Code.Success);
  });

  test('a failure that is no status code is a bug, and thrown', () => {
    const broken: Suite = {
      ...suite,
      recover: () => {
        throw new TypeError('a bug');
      },
    };
    expect(() => checkTransaction(broken, normalTx(normal), 'as-original')).toThrow('a bug');
  });
});

test('the rule for what enters a pool is another one than that for a block', async () => {
  const sm = await loadSuite('sm');
  const normal = signedNormal(sm);
  const lenient: Suite = { ...sm, recover: () => normal.witness.sender };
  const forged = normalTx({ ...normal, witness: { ...normal.witness, signature: new Uint8Array(128) } });
  expect(checkTransaction(lenient, forged, 'as-original')).toBe(Code.Success);
  expect(checkTransaction(lenient, forged, 'strict')).toBe(Code.SigCheckError);
});

test('the transaction of the specification', async () => {
  const sm = await loadSuite('sm');
  const publicKey =
    'ec1a47985dec9762d22b69b2406acefa5e5b9c07408b78b6164b0295c9177639c9d3cce3cbb3fa45d5b8fff5252dee10f66b3967bdb37ddaecbb99ec417e2f3a';
  const numbers =
    '7c519e95eb1ebe41a97b3860bdd7139c9ff643fbb02f6fd5413459ee7e3e596a40665d77ad92e484340ff0e521078170e770d50535dd16a17d08523f5693ac13';
  const transaction = normalTx({
    transaction: TRANSACTION,
    transactionHash: fromHex('c82ca425a483cfffd43e0dea24dcfdeda5c17f2f026142b4cb31a5e2a3a528f0'),
    witness: {
      signature: fromHex(numbers + publicKey),
      sender: fromHex('14a0d0eb5538d1c5cc69d0f54c18bafec75ba95c'),
    },
  });
  expect(checkTransactions(sm, [transaction])).toEqual([]);
  const eth = await loadSuite('eth');
  expect(transactionHash(eth.hash, TRANSACTION).toHex()).toBe(
    'df106fc4f18a65fd9022329e9d13799e4545c14143452ee61ac7840ec5932ee2',
  );
});
