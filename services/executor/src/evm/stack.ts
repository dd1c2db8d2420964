/**
 * The operand stack of one frame. Depth is checked before an opcode, or a compiled run of them, starts: nothing here
 * checks bounds. How words are kept is known only to this file and word.ts.
 */
import type { Word } from './word.ts';

export const STACK_LIMIT = 1024;

export class Stack {
  size = 0;
  /** Only what lies below `size` means anything. Compiled code works on it directly. */
  readonly items: Word[] = [];

  push(word: Word): void {
    this.items[this.size++] = word;
  }

  pop(): Word {
    return this.items[--this.size] as Word;
  }

  /** The word `depth` below the top; 0 is the top. */
  peek(depth: number): Word {
    return this.items[this.size - 1 - depth] as Word;
  }

  replaceTop(word: Word): void {
    this.items[this.size - 1] = word;
  }

  dup(position: number): void {
    this.items[this.size] = this.items[this.size - position] as Word;
    this.size++;
  }

  /** Exchanges the top with the word `position` below it. */
  swap(position: number): void {
    const items = this.items;
    const top = this.size - 1;
    const word = items[top] as Word;
    items[top] = items[top - position] as Word;
    items[top - position] = word;
  }

  reset(): void {
    this.size = 0;
  }
}
