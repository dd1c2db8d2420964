/** What main thread and workers tell each other. Requests stay bytes on the main thread: decoding is the worker's. */
import type { HashName } from '../config.ts';

export interface WorkerSettings {
  readonly folder: string;
  readonly hash: HashName;
  readonly ethCompatibility: boolean;
  readonly keepHistory: boolean;
  readonly callTimeLimit: number;
  /** Secret seed of hash tables that contracts fill. */
  readonly seed: number;
}

export const QUERIES = [
  'call',
  'estimateQuota',
  'getTransactionReceipt',
  'getCode',
  'getBalance',
  'getTransactionCount',
  'getAbi',
] as const;
export type QueryName = (typeof QUERIES)[number];

/**
 * A thread for each: what only reads is answered while contracts run, and calls, which their quota bounds, do not wait
 * for estimates, which only time bounds.
 */
export type Lane = 'reads' | 'calls' | 'estimates';

export const LANE_OF: Record<QueryName, Lane> = {
  call: 'calls',
  estimateQuota: 'estimates',
  getTransactionReceipt: 'reads',
  getCode: 'reads',
  getBalance: 'reads',
  getTransactionCount: 'reads',
  getAbi: 'reads',
};

export type ExecTask =
  | { readonly kind: 'head' }
  | { readonly kind: 'exec'; readonly request: Uint8Array }
  | { readonly kind: 'close' };

export type QueryTask =
  | { readonly kind: 'ready' }
  | { readonly kind: 'query'; readonly name: QueryName; readonly request: Uint8Array }
  | { readonly kind: 'close' };

export interface HeadReport {
  readonly height: bigint;
  readonly blockHash: Uint8Array;
}

/** A block that was executed, for the log and the metrics. */
export interface BlockReport {
  readonly height: bigint;
  readonly transactions: number;
  readonly quotaUsed: bigint;
  readonly milliseconds: Readonly<Record<string, number>>;
}

/** An rpc's answer: its response's bytes, or a gRPC error. */
export type RpcAnswer =
  | { readonly response: Uint8Array }
  | { readonly grpcCode: number; readonly details: string };

export type ExecResult =
  | { readonly kind: 'head'; readonly head: HeadReport | undefined }
  | {
      readonly kind: 'answer';
      readonly answer: RpcAnswer;
      /** Why the block was refused. */
      readonly remark?: string;
      readonly block?: BlockReport;
    }
  | { readonly kind: 'closed' };

export type QueryResult =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly answer: RpcAnswer }
  | { readonly kind: 'closed' };
