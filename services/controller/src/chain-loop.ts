// The one place where the chain grows: an event loop that makes blocks final, one after another, whether consensus decided
// them or a peer sent them. An event that became stale while it waited is found out here.
//
// Inside an event only the executor, the storage and the log are called, never consensus: consensus may itself be waiting
// for an answer of ours (docs/protocol/consensus.md 1.5).

import { equalBytes, toHex } from '@hexapod/protocol/bytes';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import type { BlockContent } from './block.ts';
import type { Chain } from './chain.ts';
import type { Finalizer } from './finalize.ts';
import { Overloaded } from './overloaded.ts';

/** A block to make final. */
export interface Extension {
  readonly block: BlockContent;
  /** PB(Block) with its proof, and with a state root when it comes from a peer. */
  readonly bytes: Uint8Array;
  /** Empty when consensus decided it just now. */
  readonly statedRoot: Uint8Array;
  /** What to answer when the block does not follow the head: 8.3 row g and 12.5 row 3 differ. */
  readonly notNext: Code;
}

interface Event {
  readonly extension: Extension;
  resolve(): void;
  reject(error: unknown): void;
}

export interface ChainLoopModules {
  readonly chain: Chain;
  readonly finalizer: Pick<Finalizer, 'finalize'>;
  /** Told after each final block, before the one who brought it. */
  onFinal(block: BlockContent): void;
}

/** Consensus has one block under way and sync another: more can only come from repeated calls. */
const MAX_WAITING = 64;

export class ChainLoop {
  readonly #modules: ChainLoopModules;
  readonly #events: Event[] = [];
  #running = false;

  constructor(modules: ChainLoopModules) {
    this.#modules = modules;
  }

  /** Resolves when the block is final. Throws StatusError when it cannot be, {@link Overloaded} when too many wait. */
  extend(extension: Extension): Promise<void> {
    if (this.#events.length >= MAX_WAITING) {
      return Promise.reject(new Overloaded(`${MAX_WAITING} blocks wait to be finalized`));
    }
    return new Promise((resolve, reject) => {
      this.#events.push({ extension, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  /** Resolves when nothing is being finalized. */
  async idle(): Promise<void> {
    while (this.#running) await this.#turn;
  }

  #turn: Promise<void> = Promise.resolve();

  async #run(): Promise<void> {
    this.#running = true;
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      this.#turn = this.#handle(event);
      await this.#turn;
    }
    this.#running = false;
  }

  async #handle({ extension, resolve, reject }: Event): Promise<void> {
    const { chain, finalizer, onFinal } = this.#modules;
    const { block, bytes, statedRoot, notNext } = extension;
    try {
      requireNext(block, chain, notNext);
      await finalizer.finalize(block, bytes, statedRoot);
      onFinal(block);
      resolve();
    } catch (error) {
      reject(error);
    }
  }
}

/** Height and previous hash: does the block follow the head? */
export function requireNext(block: BlockContent, { head }: Chain, notNext: Code): void {
  const next = head.height + 1n;
  if (block.height !== next) {
    const code = block.height < next ? Code.ProposalTooLow : Code.ProposalTooHigh;
    throw new StatusError(code, `block ${block.height} does not follow our height ${head.height}`);
  }
  if (!equalBytes(block.header.prevhash, head.hash)) {
    const text = `block ${block.height} follows ${toHex(block.header.prevhash)}, our head is ${toHex(head.hash)}`;
    throw new StatusError(notNext, text);
  }
}
