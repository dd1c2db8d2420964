/** What is known of a code that runs: how often execution arrived at each place, and what is compiled from there. */
import type { Code } from '../code.ts';
import type { Frame } from '../frame.ts';
import type { Compiler } from './compiler.ts';

/**
 * Compiled code from one place on. It leaves the frame waiting, ended, or somewhere else in its code. True: the
 * interpreter has to go on, because the unit cannot do what comes next.
 */
export type Unit = (frame: Frame) => boolean;

/** The most arrivals that can be counted. */
export const MOST_ARRIVALS = 2 ** 15 - 1;

export class Profile {
  readonly compiler: Compiler;
  readonly #hotAfter: number;
  /** By place: arrivals so far, or, negative, the unit that starts there. */
  readonly #marks: Int16Array;
  #units: Unit[] = [];
  /** What the units cost in memory, roughly. */
  bytes = 0;
  /** When a frame last used it, for the order of eviction. */
  lastUse = 0;

  constructor(compiler: Compiler, code: Code, hotAfter: number) {
    this.compiler = compiler;
    this.#hotAfter = hotAfter;
    this.#marks = new Int16Array(code.padded.length);
  }

  /** Counts an arrival; true if the place is hot. */
  arrive(pc: number): boolean {
    const mark = this.#marks[pc] as number;
    if (mark < 0 || mark >= this.#hotAfter) return true;
    this.#marks[pc] = mark + 1;
    return false;
  }

  /** How hot the place is: 0 if no jump came there yet, 1 if it is compiled or about to be. */
  heat(pc: number): number {
    const mark = this.#marks[pc] as number;
    return mark < 0 || mark >= this.#hotAfter ? 1 : mark / this.#hotAfter;
  }

  unitAt(pc: number): Unit | undefined {
    const mark = this.#marks[pc] as number;
    return mark < 0 ? this.#units[~mark] : undefined;
  }

  /** False if there are too many. */
  add(pc: number, unit: Unit, bytes: number): boolean {
    if (this.#units.length > MOST_ARRIVALS) return false;
    this.#marks[pc] = ~this.#units.length;
    this.#units.push(unit);
    this.bytes += bytes;
    return true;
  }

  /** Has a place count from the start again. */
  cool(pc: number): void {
    this.#marks[pc] = 0;
  }

  /** Forgets everything compiled. */
  clear(): void {
    this.#marks.fill(0);
    this.#units = [];
    this.bytes = 0;
  }
}
