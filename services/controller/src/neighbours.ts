// The five other processes of the node, as the controller sees them. A gRPC client and an object in the same process
// implement the same interface, so that a whole chain can run in one process under virtual time.
//
// A failure of the other side is a status code, never an exception: a call that got no answer gives the "not ready" code of
// that process (docs/protocol/common.md 6), and so does a number that is not in the table (docs/protocol/wire.md 5.3).

import type { NodeNetInfo } from '@hexapod/protocol/common';
import type { Code } from '@hexapod/protocol/status-code';

export interface Storage {
  /** `value` is empty unless `code` is Success. */
  load(region: number, key: Uint8Array): Promise<{ code: Code; value: Uint8Array }>;
  store(region: number, key: Uint8Array, value: Uint8Array): Promise<Code>;
}

export interface Executor {
  /** Executes PB(Block). `stateRoot` is empty where the answer carries no hash. */
  exec(block: Uint8Array): Promise<{ code: Code; stateRoot: Uint8Array }>;
}

export interface CryptoInfo {
  /** Name of the suite: `sm`, `eth`, or that of somebody's own. */
  name: string;
  hashLength: number;
  signatureLength: number;
  addressLength: number;
}

export interface Crypto {
  info(): Promise<{ code: Code; info?: CryptoInfo }>;
  hash(data: Uint8Array): Promise<{ code: Code; hash: Uint8Array }>;
  /** Signs with the node's key. */
  sign(message: Uint8Array): Promise<{ code: Code; signature: Uint8Array }>;
  recover(message: Uint8Array, signature: Uint8Array): Promise<{ code: Code; address: Uint8Array }>;
  /**
   * Checks hashes and signatures of PB(RawTransactions). `failing` names the indexes at fault when the process tells
   * (ours does, in trailing metadata); `strict` asks to refuse what only originals accept (docs/protocol/crypto.md 8).
   */
  checkTransactions(body: Uint8Array, strict: boolean): Promise<{ code: Code; failing?: number[] }>;
}

/** ConsensusConfiguration: block `height` is final, these validators decide the next one, `blockInterval` in seconds. */
export interface ConsensusSettings {
  height: bigint;
  blockInterval: number;
  validators: readonly Uint8Array[];
}

export interface Consensus {
  reconfigure(settings: ConsensusSettings): Promise<Code>;
  /** Is `proof` a decision for the proposal bytes `data` at `height`? */
  checkBlock(height: bigint, data: Uint8Array, proof: Uint8Array): Promise<Code>;
}

export interface Network {
  /** Announces where this process takes messages (a no-op in 6.6, but everybody waits for its Success). */
  register(host: string, port: number): Promise<Code>;
  /** To one node, by its origin. Best effort: nothing is known about delivery. */
  send(origin: bigint, type: string, payload: Uint8Array): Promise<Code>;
  broadcast(type: string, payload: Uint8Array): Promise<Code>;
  peerCount(): Promise<{ code: Code; count: bigint }>;
  peers(): Promise<{ code: Code; nodes: readonly NodeNetInfo[] }>;
  addNode(node: NodeNetInfo): Promise<Code>;
}

export interface Neighbours {
  readonly network: Network;
  readonly consensus: Consensus;
  readonly executor: Executor;
  readonly storage: Storage;
  readonly crypto: Crypto;
}
