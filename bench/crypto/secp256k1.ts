// From message and signature to the address of who signed, beside the packages: theirs with the same conversion and the same hash.
// Then what a list of transactions gains by naming its senders, who repeat.

import { checkEncodedTransactions, type EncodedTransactions } from '@hexapod/crypto/check-transactions';
import { keccak256 } from '@hexapod/crypto/keccak';
import { loadNative } from '@hexapod/crypto/secp256k1';
import { loadSuite, type Suite } from '@hexapod/crypto/suite';
import { ethSuite } from '@hexapod/crypto/suite-eth';
import { RawTransaction, Transaction } from '@hexapod/protocol/blockchain';
import { be64, concatBytes, equalBytes, Z32 } from '@hexapod/protocol/bytes';
import { transactionHash } from '@hexapod/protocol/rules';
import { secp256k1 as noble } from '@noble/curves/secp256k1.js';
import native from 'secp256k1';
import { ratioRows } from './measure.ts';

const SIGNERS = 64;
/** Signatures of all signers, one after the other. */
const SIGNATURES = 1024;
/** So many times everybody has signed before it counts: all have their tables then. */
const WARM_UPS = 6;
const LIST_LENGTH = 32;

interface Signed {
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  readonly address: Uint8Array;
}

type Recover = (message: Uint8Array, signature: Uint8Array, expected: Uint8Array) => Uint8Array;

const addressOf = (publicKey: Uint8Array): Uint8Array => keccak256(publicKey.subarray(1)).slice(-20);

const recoverByNative: Recover = (message, signature) =>
  addressOf(native.ecdsaRecover(signature.subarray(0, 64), signature[64] ?? 0, message, false));

const recoverByNoble: Recover = (message, signature) => {
  const recovered = concatBytes(signature.subarray(64), signature.subarray(0, 64));
  const compressed = noble.recoverPublicKey(recovered, message, { prehash: false });
  return addressOf(noble.Point.fromBytes(compressed).toBytes(false));
};

export async function secp256k1Rows(): Promise<object[]> {
  const suite = await loadSuite('eth');
  const signed = signatures(suite);
  const way = (name: string, recover: Recover) => {
    let next = 0;
    const run = (): Uint8Array => {
      const { message, signature, address } = signed[next++ % SIGNATURES] as Signed;
      return recover(message, signature, address);
    };
    const [first] = signed as [Signed];
    if (!equalBytes(run(), first.address)) throw new Error(`${name} has another address`);
    return { name, run };
  };
  for (let round = 0; round < WARM_UPS; round++) {
    for (const { message, signature, address } of signed) suite.recover(message, signature, address);
  }
  const others = [way('secp256k1 (native)', recoverByNative), way('@noble/curves', recoverByNoble)];
  return [
    ...ratioRows('secp256k1: address from signature', [
      way('ours', (message, signature) => suite.recover(message, signature)),
      ...others,
    ]),
    ...ratioRows(`the same, expected of one of ${SIGNERS}`, [way('ours', suite.recover), ...others]),
    ...listRows(suite, ethSuite(await loadNative())),
  ];
}

function signatures(suite: Suite): Signed[] {
  return Array.from({ length: SIGNATURES }, (_, index) => {
    const message = suite.hash(be64(BigInt(index)));
    const signer = suite.signer(suite.hash(be64(BigInt(index % SIGNERS))));
    return { message, signature: signer.sign(message), address: signer.address };
  });
}

/** CheckTransactions in one thread, without a process. */
function listRows(suite: Suite, recovering: Suite): object[] {
  const lists = Array.from({ length: SIGNERS }, (_, index) => listOf(suite, index * LIST_LENGTH));
  const way = (name: string, checking: Suite) => {
    let next = 0;
    const run = (): void => {
      const list = lists[next++ % lists.length] as EncodedTransactions;
      if (checkEncodedTransactions(checking, list, 'strict').length > 0) throw new Error('a good list fails');
    };
    return { name, run };
  };
  return ratioRows(`lists of ${LIST_LENGTH} transactions of ${SIGNERS} senders`, [
    way('ours', suite),
    way('ours, every key recovered', recovering),
  ]);
}

function listOf(suite: Suite, start: number): EncodedTransactions {
  const transactions = Array.from({ length: LIST_LENGTH }, (_, index) => {
    const signer = suite.signer(suite.hash(be64(BigInt((start + index) % SIGNERS))));
    const transaction = Transaction.create({
      to: signer.address,
      nonce: String(start + index),
      quota: 200_000n,
      validUntilBlock: 100n,
      data: new Uint8Array(68),
      value: Z32,
      chainId: Z32,
    });
    const hash = transactionHash(suite.hash, transaction);
    const witness = { signature: signer.sign(hash), sender: signer.address };
    return RawTransaction.encode({
      tx: { case: 'normalTx', value: { transaction, transactionHash: hash, witness } },
    });
  });
  let end = 0;
  const ends = Uint32Array.from(transactions.map(({ length }) => (end += length)));
  return { bytes: concatBytes(...transactions), ends };
}
