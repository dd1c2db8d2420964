// From bytes of somebody else to a block of ours. A transaction that is in the pool, to the byte, is taken from there:
// not decoded, not hashed, not verified again.

import type { Block, RawTransaction } from '@hexapod/protocol/blockchain';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { fieldBytes } from '@hexapod/protocol/wire';
import { type ChainView, checkAgain, checkAgainstChain, checkForm, type FormRules } from './admission.ts';
import { type BlockContent, blockContent, encodeHeader } from './block.ts';
import type { ChainSuite } from './chain-suite.ts';
import { hashKey } from './hash-key.ts';
import type { Pool } from './pool.ts';
import {
  type ChainTransaction,
  chainTransaction,
  isSame,
  type SentTransaction,
  sentTransaction,
} from './transaction.ts';

export interface ReadTransaction {
  readonly tx: ChainTransaction;
  /** Absent: the transaction is in the pool, checked when it entered. */
  readonly raw?: RawTransaction;
}

/** Reads one PB(RawTransaction) of a proposal or block. Throws DecodeError or StatusError. */
export function readTransaction(bytes: Uint8Array, pool: Pick<Pool, 'get'>): ReadTransaction {
  const hash = statedHash(bytes);
  const pooled = hash && pool.get(hashKey(hash));
  if (pooled !== undefined && isSame(pooled, bytes)) return { tx: pooled };
  return fromSent(sentTransaction(bytes));
}

/** The transactions of a decoded block. Throws StatusError for one without content. */
function readBody(body: readonly RawTransaction[]): ReadTransaction[] {
  return body.map((raw) => fromSent({ raw, canonical: undefined }));
}

function fromSent({ raw, canonical }: SentTransaction): ReadTransaction {
  const tx = chainTransaction(raw, canonical);
  if (tx !== undefined) return { tx, raw };
  const code = raw.tx === undefined ? Code.NoneRawTx : Code.NoneTransaction;
  throw new StatusError(code, 'a transaction of the block has no content');
}

/** Of canonical bytes: RawTransaction { 1 normal_tx | 2 utxo_tx } with { 2 transaction_hash }. */
function statedHash(bytes: Uint8Array): Uint8Array | undefined {
  const inner = fieldBytes(bytes, 1) ?? fieldBytes(bytes, 2);
  return inner && fieldBytes(inner, 2);
}

/** May this transaction be in the next block? Signatures aside (docs/protocol/controller.md 6.2 step 2). */
export function checkRead({ tx, raw }: ReadTransaction, chain: ChainView, form: FormRules): Code {
  if (raw === undefined) return checkAgain(tx, chain);
  const code = checkForm(raw, form);
  return code === Code.Success ? checkAgainstChain(raw, chain, Code.NoneRawTx) : code;
}

/** Puts a decoded block together again, canonically. Throws StatusError for absent parts. */
export async function readBlock(
  { header, body }: Pick<Block, 'header' | 'body'>,
  suite: Pick<ChainSuite, 'hash'>,
): Promise<{ block: BlockContent; transactions: ReadTransaction[] }> {
  if (header === undefined) throw new StatusError(Code.NoneBlockHeader, 'a block without header');
  if (body === undefined) throw new StatusError(Code.NoneBlockBody, 'a block without body');
  const transactions = readBody(body.body);
  const hash = await suite.hash(encodeHeader(header));
  return {
    block: blockContent(
      header,
      hash,
      transactions.map(({ tx }) => tx),
    ),
    transactions,
  };
}
