/** A case: a chain's settings and its blocks, as plain data that can be printed, cut down and run again. Bytes are hex. */

export interface FuzzSetup {
  readonly hash: 'sm3' | 'keccak';
  readonly ethCompatibility: boolean;
  readonly keepHistory: boolean;
  /** Accounts and slots that the executor may keep in memory. */
  readonly cacheSize: number;
}

export interface FuzzTransaction {
  readonly from: string;
  /** Empty: creation. */
  readonly to: string;
  readonly data: string;
  /** Decimal. */
  readonly quota: string;
  readonly version: number;
  readonly value: string;
}

export interface FuzzBlock {
  readonly timestamp: number;
  readonly proposer: string;
  readonly version: number;
  /** 'utxo': a transaction that is the controller's. */
  readonly transactions: readonly (FuzzTransaction | 'utxo')[];
  /** The executor is closed and opened again before this block. */
  readonly reopen: boolean;
}

/** A Call, or an EstimateQuota where there is no height. */
export interface FuzzQuery {
  readonly from: string;
  readonly to: string;
  readonly data: string;
  readonly height: number | undefined;
}

export interface FuzzCase {
  readonly setup: FuzzSetup;
  /** From height 1 on. */
  readonly blocks: readonly FuzzBlock[];
  /** Asked after the last block. */
  readonly queries: readonly FuzzQuery[];
}
