// The head of the chain and what depends on it: configuration, duplicate history, proposals of the next height
// (docs/protocol/controller.md 4). Changed by `advance` only, once per finalized block.

import type { ChainView } from './admission.ts';
import type { BlockContent } from './block.ts';
import { Candidates } from './candidates.ts';
import type { HashKey } from './hash-key.ts';
import { History } from './history.ts';
import type { ConsensusSettings } from './neighbours.ts';
import type { PeerStatus } from './peers.ts';
import type { SystemConfig } from './system-config.ts';

export interface Head {
  readonly height: bigint;
  readonly hash: Uint8Array;
  /** What the executor answered for this block: the next proposal commits to it. */
  readonly stateRoot: Uint8Array;
}

export interface ChainOptions {
  /** Address of this node, 20 bytes. */
  readonly address: Uint8Array;
  /** Bytes of proposals to remember. */
  readonly maxCandidateBytes: number;
}

export class Chain implements ChainView {
  readonly address: Uint8Array;
  readonly candidates: Candidates;
  readonly #history: History;
  #head: Head;
  #config: SystemConfig;

  /** @param recent transaction hashes of the newest blocks by height, see {@link History.window}. */
  constructor(
    options: ChainOptions,
    head: Head,
    config: SystemConfig,
    recent: ReadonlyMap<bigint, readonly HashKey[]>,
  ) {
    this.address = options.address;
    this.candidates = new Candidates(options.maxCandidateBytes);
    this.#head = head;
    this.#config = config;
    this.#history = new History(config.blockLimit);
    for (const [height, keys] of recent) this.#history.add(height, keys);
  }

  get head(): Head {
    return this.#head;
  }

  get height(): bigint {
    return this.#head.height;
  }

  get config(): SystemConfig {
    return this.#config;
  }

  readonly inHistory = (key: HashKey): boolean => this.#history.has(key);

  /** What consensus needs to decide the next height. */
  get settings(): ConsensusSettings {
    const { blockInterval, validators } = this.#config;
    return { height: this.height, blockInterval, validators };
  }

  /** What the node tells others about itself. */
  get status(): PeerStatus {
    const { version, chainId } = this.#config;
    return { version, chainId, height: this.height, hash: this.#head.hash, address: this.address };
  }

  /** Replaces the configuration at a start, before anybody has seen it. */
  amend(config: SystemConfig): void {
    this.#config = config;
  }

  /** The block is final: it is the head, and the proposals of its height are history. */
  advance(block: BlockContent, stateRoot: Uint8Array, config: SystemConfig): void {
    this.#head = { height: block.height, hash: block.hash, stateRoot };
    this.#config = config;
    this.#history.add(block.height, block.keys);
    this.candidates.clear();
  }
}
