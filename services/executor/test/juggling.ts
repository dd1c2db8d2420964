/**
 * Random programs that keep much on the stack: loops that carry a handful of words from round to round, leave at different
 * heights, and mix what is compiled with what is not. At their end everything on the stack is returned.
 */
import { CodeWriter, type Label } from '../fuzz/code-writer.ts';
import type { Random } from '../fuzz/random.ts';

const BINARY =
  'ADD MUL SUB DIV SDIV MOD SMOD EXP SIGNEXTEND LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR SAR ADD MUL SUB AND XOR'.split(
    ' ',
  );
/** One item for another; the last three are the interpreter's. */
const UNARY = 'ISZERO NOT NOT CALLDATALOAD SLOAD BALANCE EXTCODESIZE EXTCODEHASH BLOCKHASH'.split(' ');
const SOURCES = 'GAS MSIZE PC CALLER GASLIMIT NUMBER CODESIZE SELFBALANCE CHAINID RETURNDATASIZE'.split(' ');
/** Memory from here on is the program's own: rounds left, and what it returns. */
const ROUNDS_AT = 512;
const RESULT_AT = 544;

interface Exit {
  readonly label: Label;
  readonly size: number;
}

class Juggler {
  readonly #random: Random;
  readonly #writer = new CodeWriter();
  readonly #exits: Exit[] = [];
  #size = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  program(): Uint8Array {
    const random = this.#random;
    // Sometimes close to the limit of the stack, or over it.
    if (random.chance(0.1)) for (let left = random.between(990, 1020); left > 0; left--) this.#do('PC', 0, 0);
    for (let left = random.between(1, 6); left > 0; left--) this.#push();
    for (let loops = random.between(1, 2); loops > 0; loops--) this.#loop();
    this.#return();
    for (const { label, size } of this.#exits) {
      this.#writer.place(label);
      this.#size = size;
      this.#return();
    }
    return this.#writer.finish();
  }

  #loop(): void {
    const writer = this.#writer;
    const start = writer.label();
    const size = this.#size;
    writer.push(this.#random.between(1, 5));
    writer.push(ROUNDS_AT);
    writer.text('MSTORE');
    writer.place(start);
    for (let steps = this.#random.between(3, 14); steps > 0; steps--) this.#step();
    // A round that leaves more or less than it found goes over the same items at another height.
    if (this.#random.chance(0.9)) {
      while (this.#size > size) this.#do('POP', 1, 0);
      while (this.#size < size) this.#push();
    }
    writer.text(`1 ${ROUNDS_AT} MLOAD SUB DUP1 ${ROUNDS_AT} MSTORE`);
    writer.pushLabel(start);
    writer.text('JUMPI');
  }

  #step(): void {
    const random = this.#random;
    const size = this.#size;
    const kind = random.weighted([
      [5, 'swap'],
      [4, 'dup'],
      [8, 'binary'],
      [2, 'unary'],
      [1, 'ternary'],
      [2, 'push'],
      [1, 'source'],
      [1, 'pop'],
      [1, 'memory'],
      [1, 'storage'],
      [3, 'detour'],
      [3, 'exit'],
      [1, 'call'],
    ]);
    if (kind === 'push' || size < 3) this.#push();
    else if (kind === 'swap') this.#do(`SWAP${random.between(1, Math.min(16, size - 1))}`, 0, 0);
    else if (kind === 'dup') this.#do(`DUP${random.between(1, Math.min(16, size))}`, 0, 1);
    else if (kind === 'binary') this.#do(random.pick(BINARY), 2, 1);
    else if (kind === 'unary') this.#do(random.pick(UNARY), 1, 1);
    else if (kind === 'ternary') this.#do(random.pick(['ADDMOD', 'MULMOD']), 3, 1);
    else if (kind === 'source') this.#do(random.pick(SOURCES), 0, 1);
    else if (kind === 'pop') this.#do('POP', 1, 0);
    else if (kind === 'memory')
      this.#do(`${random.below(400)} MSTORE ${random.below(400)} MLOAD 40 ${random.below(400)} SHA3`, 1, 2);
    else if (kind === 'storage') this.#do(`${random.below(3)} SSTORE ${random.below(3)} SLOAD`, 1, 1);
    else if (kind === 'detour') this.#detour();
    else if (kind === 'call') this.#do('0 0 32 0 4 GAS STATICCALL', 0, 1);
    else this.#exit();
  }

  /** To another word, often a full one, and back: a small word that was calculated as a bigint. */
  #detour(): void {
    const word = this.#random.word();
    const over = this.#random.pick([`${word} ADD ${word} SWAP1 SUB`, `${word} XOR ${word} XOR`, 'NOT NOT']);
    const before = this.#random.chance(0.5) ? 'ISZERO ' : '';
    const after = this.#random.pick([
      'DUP1',
      'DUP1 ISZERO',
      'DUP1 DUP3 EQ',
      'DUP1 SLOAD',
      'DUP1 DUP3 SSTORE 0',
    ]);
    this.#do(`${before}${over} ${after}`, 1, 2);
  }

  /** On a condition, the program ends with what is there. */
  #exit(): void {
    const exit = { label: this.#writer.label(), size: this.#size };
    this.#writer.text(`DUP${this.#random.between(1, Math.min(16, this.#size))} 3 AND ISZERO`);
    this.#writer.pushLabel(exit.label);
    this.#writer.text('JUMPI');
    this.#exits.push(exit);
  }

  #push(): void {
    const fromInput = this.#random.chance(0.5);
    this.#do(fromInput ? `${32 * this.#random.below(4)} CALLDATALOAD` : String(this.#random.word()), 0, 1);
  }

  #do(text: string, inputs: number, outputs: number): void {
    this.#writer.text(text);
    this.#size += outputs - inputs;
  }

  #return(): void {
    const count = Math.min(12, this.#size);
    for (let i = 0; i < count; i++) this.#writer.text(`${RESULT_AT + 32 * i} MSTORE`);
    this.#writer.text(`${32 * count} ${RESULT_AT} RETURN`);
  }
}

export function jugglingProgram(random: Random): Uint8Array {
  return new Juggler(random).program();
}
