/** Checks a block's shape before anything runs, and lists what is to run (docs/protocol/executor.md 3.1). */
import type { Block, BlockHeader, RawTransaction, UnverifiedTransaction } from '@hexapod/protocol/blockchain';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { ADDRESS_BYTES, normalize, wordFromBytes } from '../evm/word.ts';
import type { Message } from './transaction.ts';

export interface Work {
  readonly hash: Uint8Array;
  readonly message: Message;
}

const HASH_BYTES = 32;

/** Throws StatusError for a header that cannot be one; the original's process ends there. */
export function checkHeader(header: BlockHeader | undefined): BlockHeader {
  if (header === undefined) throw new StatusError(Code.NoneBlockHeader, 'the block has no header');
  wantLength('prevhash', header.prevhash, HASH_BYTES);
  wantLength('transactions_root', header.transactionsRoot, HASH_BYTES);
  const { length } = header.proposer;
  // Genesis has 32 zero bytes, of which the first 20 count.
  if (header.height === 0n ? length < ADDRESS_BYTES : length !== ADDRESS_BYTES) {
    throw new StatusError(Code.ProvideAddressError, `proposer has ${length} bytes, wanted ${ADDRESS_BYTES}`);
  }
  return header;
}

/** The normal transactions in order; utxo transactions are the controller's. Throws StatusError. */
export function listWork(block: Block): Work[] {
  const work: Work[] = [];
  block.body?.body.forEach((transaction, index) => {
    const item = workOf(transaction, index);
    if (item !== undefined) work.push(item);
  });
  return work;
}

function workOf({ tx }: RawTransaction, index: number): Work | undefined {
  if (tx === undefined) throw new StatusError(Code.NoneBlockBody, `transaction ${index} is of no kind`);
  return tx.case === 'utxoTx'
    ? undefined
    : { hash: tx.value.transactionHash, message: messageOf(tx.value, index) };
}

function messageOf({ transaction, transactionHash, witness }: UnverifiedTransaction, index: number): Message {
  const place = `transaction ${index}`;
  if (transaction === undefined) throw new StatusError(Code.NoneTransaction, `${place} is empty`);
  if (witness === undefined) throw new StatusError(Code.NoneWitness, `${place} has no witness`);
  wantLength(`${place}: hash`, transactionHash, HASH_BYTES);
  const { to, value } = transaction;
  if (to.length !== 0 && to.length !== ADDRESS_BYTES) {
    throw new StatusError(
      Code.InvalidTo,
      `${place}: to has ${to.length} bytes, wanted 0 or ${ADDRESS_BYTES}`,
    );
  }
  if (witness.sender.length !== ADDRESS_BYTES) {
    throw new StatusError(
      Code.ProvideAddressError,
      `${place}: sender has ${witness.sender.length} bytes, wanted ${ADDRESS_BYTES}`,
    );
  }
  if (value.length > HASH_BYTES) {
    throw new StatusError(
      Code.InvalidValue,
      `${place}: value has ${value.length} bytes, wanted at most ${HASH_BYTES}`,
    );
  }
  return {
    sender: wordFromBytes(witness.sender),
    to: to.length === 0 ? undefined : wordFromBytes(to),
    quota: normalize(transaction.quota),
    version: transaction.version,
    value: wordFromBytes(value),
    data: transaction.data,
  };
}

function wantLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new StatusError(Code.HashLenError, `${name} has ${bytes.length} bytes, wanted ${length}`);
  }
}
