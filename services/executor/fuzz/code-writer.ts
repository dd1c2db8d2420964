/** Writes byte code with labels that are known only at its end, and data behind it. */

import { minimalBytes, toBytes } from '../test/reference/numbers.ts';
import { OPCODES } from '../test/reference/opcodes.ts';

const BYTES = new Map<string, number>();
for (const [byte, opcode] of OPCODES.entries()) {
  if (opcode === undefined) continue;
  const isFamily = ['PUSH', 'DUP', 'SWAP', 'LOG'].includes(opcode.name);
  BYTES.set(isFamily ? `${opcode.name}${opcode.n}` : opcode.name, byte);
}

const PUSH1 = 0x60;
/** Labels are pushed with two bytes, so code is shorter than this. */
const LONGEST = 0xffff;

export interface Label {
  at: number | undefined;
}

export class CodeWriter {
  readonly #bytes: number[] = [];
  readonly #uses: { readonly at: number; readonly label: Label }[] = [];
  readonly #data: { readonly label: Label; readonly bytes: Uint8Array }[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  /** Opcodes by name, separated by blanks; numbers become the shortest PUSH. */
  text(program: string): void {
    for (const token of program.split(' ')) {
      const byte = BYTES.get(token);
      if (byte === undefined) this.push(BigInt(token));
      else this.#bytes.push(byte);
    }
  }

  /** @param size bytes of the PUSH; as few as possible if absent. */
  push(value: bigint | number, size?: number): void {
    const word = BigInt(value);
    const bytes = size === undefined ? minimalBytes(word) : toBytes(word, size);
    if (bytes.length === 0) this.raw(PUSH1, 0);
    else this.raw(PUSH1 + bytes.length - 1, ...bytes);
  }

  raw(...bytes: number[]): void {
    this.#bytes.push(...bytes);
  }

  label(): Label {
    return { at: undefined };
  }

  /** A JUMPDEST that the label names. */
  place(label: Label): void {
    label.at = this.length;
    this.text('JUMPDEST');
  }

  /** The next byte, whatever it will be. */
  mark(label: Label): void {
    label.at = this.length;
  }

  pushLabel(label: Label): void {
    this.#uses.push({ at: this.length + 1, label });
    this.push(0, 2);
  }

  /** Bytes to be put behind the code. */
  data(bytes: Uint8Array): Label {
    const label = this.label();
    this.#data.push({ label, bytes });
    return label;
  }

  finish(): Uint8Array {
    for (const { label, bytes } of this.#data) {
      this.mark(label);
      for (const byte of bytes) this.#bytes.push(byte);
    }
    if (this.length > LONGEST) throw new RangeError(`code of ${this.length} bytes`);
    for (const { at, label } of this.#uses) {
      if (label.at === undefined) throw new Error('a label is pushed but placed nowhere');
      this.#bytes[at] = label.at >> 8;
      this.#bytes[at + 1] = label.at & 0xff;
    }
    return Uint8Array.from(this.#bytes);
  }
}

/** Code that is run at once and leaves `runtime` as the account's. @param prelude runs before. */
export function initCode(
  runtime: Uint8Array,
  prelude: (writer: CodeWriter) => void = () => undefined,
): Uint8Array {
  const writer = new CodeWriter();
  prelude(writer);
  const at = writer.data(runtime);
  writer.push(runtime.length);
  writer.pushLabel(at);
  writer.text('0 CODECOPY');
  writer.push(runtime.length);
  writer.text('0 RETURN');
  return writer.finish();
}

export function assemble(program: string): Uint8Array {
  const writer = new CodeWriter();
  writer.text(program);
  return writer.finish();
}
