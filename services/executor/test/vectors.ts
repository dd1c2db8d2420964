/** The reference data of docs/protocol/executor.md 16, typed. */
import { readFileSync } from 'node:fs';
import { Block, BlockHeader, type RawTransaction } from '@hexapod/protocol/blockchain';
import { fromHex } from '@hexapod/protocol/bytes';

export type TxRow = [sender: string, to: string, quota: number, version: number, value: string, data: string];
/** A row with one element: an error before execution. */
export type ResultRow =
  | [status: string, quotaUsed: number, output: string, address: string, nonce: number, logs: string]
  | [string];

/** On an empty state, where BLOCKHASH is 0. */
export interface ProgramBlock {
  readonly n: number;
  readonly ts: number;
  readonly coinbase: string;
  readonly txs: readonly { readonly label?: string; readonly tx: TxRow; readonly r: ResultRow }[];
  readonly root: string;
}

export interface ChainReceipt {
  readonly tx: {
    readonly from: string;
    readonly to: string;
    readonly quota: number;
    readonly data: string;
    readonly value: string;
    readonly version: number;
  };
  readonly tx_hash: string;
  readonly index: number;
  readonly error_code: number | null;
  readonly error_message: string;
  readonly quota_used: number;
  readonly cumulative: number;
  readonly account_nonce: number;
  readonly contract_address: string;
  readonly logs: readonly {
    readonly address: string;
    readonly topics: readonly string[];
    readonly data: string;
    readonly log_index: number;
    readonly tx_log_index: number;
  }[];
  readonly logs_bloom: string;
  readonly out: string;
  readonly receipt_leaf_hash: string;
}

export interface ChainBlock {
  readonly height: number;
  readonly body?: readonly ('normal' | 'utxo')[];
  readonly header_pb: string;
  readonly block_hash: string;
  readonly state_root: string;
  readonly receipts_root: string;
  readonly internal_hash: string;
  readonly internal_header_rlp?: string;
  readonly block_quota_used?: number;
  readonly receipts?: readonly ChainReceipt[];
}

/** A Call at the head after the last block: its value, or the text of its gRPC error. */
export interface CallSample {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly data: string;
  readonly r?: string;
  readonly grpc_error?: string;
  readonly raw_out?: string;
}

/** An EstimateQuota at the head: what its first two trials use. */
export interface EstimateSample {
  readonly what: string;
  readonly from: string;
  /** Absent with data_is, which names the data and means 20 zero bytes. */
  readonly to?: string;
  readonly data?: string;
  readonly data_is?: string;
  readonly first: number;
  readonly second_ok: boolean;
  readonly second: number;
}

export interface ChainVector {
  readonly crypto: string;
  readonly blocks: readonly ChainBlock[];
  readonly calls: readonly CallSample[];
  readonly estimates: readonly EstimateSample[];
}

export interface Vectors {
  readonly chain: readonly ChainVector[];
  readonly micro: readonly ProgramBlock[];
  readonly fuzz: readonly { readonly seed: number; readonly blocks: readonly ProgramBlock[] }[];
}

export const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../../../docs/protocol/executor-vectors.json', import.meta.url), 'utf8'),
);

const EMPTY = new Uint8Array(0);

function rawTransaction({ tx, tx_hash }: ChainReceipt): RawTransaction {
  const transaction = {
    version: tx.version,
    to: fromHex(tx.to),
    nonce: '',
    quota: BigInt(tx.quota),
    validUntilBlock: 0n,
    data: fromHex(tx.data),
    value: fromHex(tx.value),
    chainId: EMPTY,
  };
  const witness = { signature: EMPTY, sender: fromHex(tx.from) };
  return {
    tx: { case: 'normalTx', value: { transaction, transactionHash: fromHex(tx_hash), witness } },
  };
}

/** The block as Exec gets it. */
export function blockOf(vector: ChainBlock): Block {
  const receipts = [...(vector.receipts ?? [])];
  const body = (vector.body ?? []).map((kind): RawTransaction => {
    if (kind === 'utxo') return { tx: { case: 'utxoTx', value: { transactionHash: EMPTY, witnesses: [] } } };
    const receipt = receipts.shift();
    if (receipt === undefined)
      throw new Error(`block ${vector.height}: more normal transactions than receipts`);
    return rawTransaction(receipt);
  });
  return Block.create({ header: BlockHeader.decode(fromHex(vector.header_pb)), body: { body } });
}

/** What an estimate is asked for. */
export function estimateData(sample: EstimateSample, { blocks }: ChainVector): Uint8Array {
  if (sample.data !== undefined) return fromHex(sample.data);
  const creation = blocks[1]?.receipts?.find(({ tx }) => tx.to === '');
  if (sample.data_is !== 'token init code of block 1' || creation === undefined) {
    throw new Error(`estimate "${sample.what}": its data is "${sample.data_is}"`);
  }
  return fromHex(creation.tx.data);
}
