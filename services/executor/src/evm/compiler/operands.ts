/**
 * The operand stack as the compiler sees it. Positions count from the height at which the unit starts: 0 is the first
 * item it adds, −1 what was on top before. What is computed stays in variables; the array of the real stack is written
 * where somebody else looks at it: when the unit is left, and before an opcode that the interpreter's code runs.
 */
import { asWord, type Value } from './values.ts';

function itemText(position: number): string {
  if (position === 0) return 'items[sp]';
  return position < 0 ? `items[sp - ${-position}]` : `items[sp + ${position}]`;
}

/** How the unit uses the stack, over all its paths. */
export class Extent {
  /** The deepest position touched. */
  lowest = 0;
  /** The greatest height. */
  highest = 0;
  /** Variables e1, e2, … with the items at −1, −2, … when the unit starts. */
  readonly entries = new Map<number, Value>();
  /** Positions whose variable a loop writes before it goes round: the array does not hold them any more. */
  readonly carried = new Set<number>();

  entry(position: number): Value {
    const known = this.entries.get(position);
    if (known !== undefined) return known;
    const value: Value = { kind: 'word', text: `e${-position}` };
    this.entries.set(position, value);
    return value;
  }

  /** Statements that declare the variables of the entry. */
  declarations(): string[] {
    return [...this.entries].map(([position, value]) => `let ${asWord(value)} = ${itemText(position)};`);
  }
}

export class Operands {
  height: number;
  readonly #extent: Extent;
  /** Puts an expression in a variable of its own; returns its name. */
  readonly #define: (text: string) => string;
  /** What is known of items; others are as the unit found them, or only in the array. */
  readonly #values: Map<number, Value>;
  /** What the array holds, where that is not what the unit found. */
  readonly #held: Map<number, Value>;
  /** Positions below 0 that the interpreter's code has written. */
  readonly #overwritten: Set<number>;

  constructor(extent: Extent, define: (text: string) => string, from?: Operands) {
    this.#extent = extent;
    this.#define = define;
    this.height = from?.height ?? 0;
    this.#values = new Map(from === undefined ? [] : from.#values);
    this.#held = new Map(from === undefined ? [] : from.#held);
    this.#overwritten = new Set(from === undefined ? [] : from.#overwritten);
  }

  fork(): Operands {
    return new Operands(this.#extent, this.#define, this);
  }

  push(value: Value): void {
    this.#values.set(this.height, value);
    this.#setHeight(this.height + 1);
  }

  pop(): Value {
    const value = this.#at(this.height - 1);
    this.#values.delete(this.height - 1);
    this.#setHeight(this.height - 1);
    return value;
  }

  /** `number` 1 is the top. */
  dup(number: number): void {
    this.push(this.#at(this.height - number));
  }

  /** `number` 1 is what lies below the top. */
  swap(number: number): void {
    const [top, other] = [this.height - 1, this.height - 1 - number];
    const [topValue, otherValue] = [this.#at(top), this.#at(other)];
    this.#values.set(top, otherValue);
    this.#values.set(other, topValue);
  }

  /** Statements that write back what the array does not hold. They change nothing that is known here. */
  spill(): string[] {
    const lines: string[] = [];
    // From below: the array never gets a hole.
    for (let position = this.#extent.lowest; position < this.height; position++) {
      const value = this.#values.get(position) ?? this.#untouched(position);
      if (value !== undefined && value !== this.#inArray(position))
        lines.push(`${itemText(position)} = ${asWord(value)};`);
    }
    return lines;
  }

  /** After spilled items were worked on by an opcode in the array: `inputs` of them are gone, `outputs` came. */
  replace(inputs: number, outputs: number): void {
    const first = this.height - inputs;
    for (let position = this.#extent.lowest; position < this.height; position++) {
      const value = this.#values.get(position) ?? this.#untouched(position);
      if (position >= first) {
        this.#values.delete(position);
        this.#held.delete(position);
      } else if (value !== undefined) {
        this.#held.set(position, value);
      }
    }
    for (let position = first; position < first + outputs; position++) {
      this.#held.delete(position);
      if (position < 0) this.#overwritten.add(position);
    }
    this.#setHeight(first);
    this.#setHeight(first + outputs);
  }

  /** Statements that bring the variables of the entry to what a loop starts with; undefined if the height differs. */
  goRound(): string[] | undefined {
    if (this.height !== 0) return undefined;
    for (const position of this.#overwritten) this.#at(position);
    const changed = [...this.#values].filter(
      ([position, value]) => position < 0 && value !== this.#extent.entry(position),
    );
    for (const [position] of changed) this.#extent.carried.add(position);
    for (const [position, value] of this.#held) {
      if (position < 0 && value !== this.#extent.entry(position)) this.#extent.carried.add(position);
    }
    // All are read before any is written.
    return [
      ...changed.map(([position, value]) => `const n${-position} = ${asWord(value)};`),
      ...changed.map(([position]) => `e${-position} = n${-position};`),
    ];
  }

  #at(position: number): Value {
    const known = this.#values.get(position);
    if (known !== undefined) return known;
    this.#extent.lowest = Math.min(this.#extent.lowest, position);
    if (position < 0 && !this.#overwritten.has(position)) return this.#extent.entry(position);
    const value: Value = { kind: 'word', text: this.#define(itemText(position)) };
    this.#values.set(position, value);
    this.#held.set(position, value);
    return value;
  }

  /** The variable of the entry, if it is still what lies there. */
  #untouched(position: number): Value | undefined {
    if (position >= 0 || this.#overwritten.has(position)) return undefined;
    return this.#extent.entries.get(position);
  }

  #inArray(position: number): Value | undefined {
    const held = this.#held.get(position);
    if (held !== undefined) return held;
    return this.#extent.carried.has(position) ? undefined : this.#untouched(position);
  }

  #setHeight(height: number): void {
    this.height = height;
    this.#extent.lowest = Math.min(this.#extent.lowest, height);
    this.#extent.highest = Math.max(this.#extent.highest, height);
  }
}
