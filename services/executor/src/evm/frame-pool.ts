/**
 * Stacks and memories of frames that ended, for frames to come: one pool per thread, used by one machine after the
 * other.
 */
import { Memory } from './memory.ts';
import { Stack } from './stack.ts';

export interface FrameParts {
  readonly stack: Stack;
  readonly memory: Memory;
}

const MOST_SPARE = 16;

export class FramePool {
  readonly #spare: FrameParts[] = [];

  take(): FrameParts {
    return this.#spare.pop() ?? { stack: new Stack(), memory: new Memory() };
  }

  give({ stack, memory }: FrameParts): void {
    if (this.#spare.length >= MOST_SPARE) return;
    stack.reset();
    memory.reset();
    this.#spare.push({ stack, memory });
  }
}
