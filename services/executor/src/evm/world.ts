/** What the machine needs of the state around it: accounts by address word, all changes undoable back to a checkpoint. */
import type { Code } from './code.ts';
import type { Word } from './word.ts';

export interface World {
  exists(address: Word): boolean;
  /** 0 for an account that does not exist. */
  nonce(address: Word): number;
  /** Creates the account if there is none. */
  incrementNonce(address: Word): void;
  /** NO_CODE for an account that does not exist. */
  code(address: Word): Code;
  /** 0 for an account that does not exist, the hash of nothing for one without code. */
  codeHash(address: Word): Word;
  /** Puts a fresh account (nonce 0, no code, no storage, no ABI) in the place of whatever is there. */
  replaceAccount(address: Word): void;
  setCode(address: Word, code: Uint8Array): void;
  /** 0 for a slot never written. */
  load(address: Word, slot: Word): Word;
  store(address: Word, slot: Word, value: Word): void;
  removeAccount(address: Word): void;
  checkpoint(): number;
  revertTo(checkpoint: number): void;
}

/** What a block shows to contracts (docs/protocol/executor.md 3.3). */
export interface BlockEnvironment {
  readonly number: Word;
  /** Already scaled as eth_compatibility wants it. */
  readonly timestamp: Word;
  readonly coinbase: Word;
  /** The answer of BLOCKHASH for a block number; 0 outside its window (5.7). */
  blockHash(number: Word): Word;
}

export interface Log {
  readonly address: Word;
  readonly topics: readonly Word[];
  readonly data: Uint8Array;
}
