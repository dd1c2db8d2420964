// The executor process in memory: the dispatch by height of docs/protocol/executor.md 3.2 with a state root that depends on
// everything executed so far.

import { Block, BlockHeader, RawTransactions } from '@hexapod/protocol/blockchain';
import { concatBytes, equalBytes } from '@hexapod/protocol/bytes';
import type { Hash } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';

interface Executed {
  readonly hash: Uint8Array;
  readonly stateRoot: Uint8Array;
}

export class MemoryExecutor {
  readonly #hash: Hash;
  #blocks: Executed[] = [];
  #tooHigh = 0;

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  /** Height of the newest executed block, -1 for none. */
  get height(): number {
    return this.#blocks.length - 1;
  }

  /** How many blocks were too high to be executed. */
  get tooHigh(): number {
    return this.#tooHigh;
  }

  /** Loses everything above `height`; -1: everything. */
  cut(height: number): void {
    this.#blocks = this.#blocks.slice(0, height + 1);
  }

  exec(bytes: Uint8Array): { code: Code; stateRoot: Uint8Array } {
    const { header, body } = Block.decode(bytes);
    if (header === undefined || body === undefined)
      return { code: Code.NoneBlockBody, stateRoot: new Uint8Array(0) };
    const hash = this.#hash(BlockHeader.encode(header));
    const known = this.#blocks[Number(header.height)];
    if (known !== undefined) {
      const code = equalBytes(known.hash, hash) ? Code.ReenterBlock : Code.ReenterInvalidBlock;
      return { code, stateRoot: known.stateRoot };
    }
    const before = this.#blocks.at(-1);
    if (Number(header.height) !== this.#blocks.length) {
      this.#tooHigh += 1;
      return { code: Code.ProposalTooHigh, stateRoot: new Uint8Array(0) };
    }
    if (before !== undefined && !equalBytes(before.hash, header.prevhash)) {
      return { code: Code.BlockCheckError, stateRoot: new Uint8Array(0) };
    }
    const stateRoot = this.#hash(
      concatBytes(before?.stateRoot ?? new Uint8Array(0), hash, RawTransactions.encode(body)),
    );
    this.#blocks.push({ hash, stateRoot });
    return { code: Code.Success, stateRoot };
  }
}
