/** Random programs with loops, branches, subroutines, calls and creations: mostly sensible, now and then not. */
import { CodeWriter, initCode } from './code-writer.ts';
import type { Random } from './random.ts';
import { address, mishap, operand, type Pen, PLAIN_STATEMENTS, type Places, sink } from './statements.ts';

type Statement = (pen: Pen) => void;

function statements(pen: Pen, count: number): void {
  for (let i = 0; i < count; i++) pen.random.weighted(pen.nesting > 0 ? STATEMENTS : FLAT_STATEMENTS)(pen);
}

const deeper = (pen: Pen): Pen => ({ ...pen, nesting: pen.nesting - 1 });

// ---- control flow

function branch(pen: Pen): void {
  const { writer, random } = pen;
  const [otherwise, end] = [writer.label(), writer.label()];
  operand(pen);
  writer.pushLabel(otherwise);
  writer.text('JUMPI');
  statements(deeper(pen), random.between(0, 2));
  writer.pushLabel(end);
  writer.text('JUMP');
  writer.place(otherwise);
  statements(deeper(pen), random.between(0, 2));
  writer.place(end);
}

function loop(pen: Pen): void {
  const { writer, random } = pen;
  const start = writer.label();
  const rounds = random.weighted([
    [6, random.between(1, 6)],
    [3, random.between(7, 40)],
    [1, random.between(41, 400)],
  ]);
  writer.push(rounds);
  writer.place(start);
  statements(rounds > 40 ? { ...pen, nesting: 0 } : deeper(pen), random.between(1, 3));
  writer.text('1 SWAP1 SUB DUP1');
  writer.pushLabel(start);
  writer.text('JUMPI POP');
}

/** Jumps to an address that was pushed long before, and from there back to one. */
function subroutineCall({ writer, random, subroutines, nesting }: Pen): void {
  const back = writer.label();
  let target = subroutines.length > 0 && random.chance(0.6) ? random.pick(subroutines).label : undefined;
  if (target === undefined) {
    target = writer.label();
    subroutines.push({ label: target, depth: nesting - 1 });
  }
  writer.pushLabel(back);
  writer.pushLabel(target);
  writer.text('JUMP');
  writer.place(back);
}

/** A jump whose target is not a constant: one of four JUMPDESTs in a row. */
function computedJump(pen: Pen): void {
  const { writer } = pen;
  const landing = writer.label();
  operand(pen);
  writer.text('3 AND');
  writer.pushLabel(landing);
  writer.text('ADD JUMP');
  writer.place(landing);
  writer.text('JUMPDEST JUMPDEST JUMPDEST');
}

/** Code inside the data of a PUSH, run on its own after the PUSH was passed over (docs/protocol/executor.md 5.5). */
function jumpIntoPushData(pen: Pen): void {
  const { writer, random } = pen;
  const [inside, skip] = [writer.label(), writer.label()];
  if (random.chance(0.5)) {
    operand(pen);
    writer.pushLabel(inside);
    writer.text('JUMPI');
  } else {
    writer.pushLabel(inside);
    writer.text('JUMP');
  }
  // The data: JUMPDEST PC PUSH1 slot SSTORE and what follows it.
  const hidden = [0x5b, 0x58, 0x60, random.below(6), 0x55];
  const tail = random.below(3);
  writer.raw(0x5f + hidden.length + tail);
  writer.mark(inside);
  writer.raw(...hidden, ...random.bytes(tail).map((byte) => (byte % 2 === 0 ? 0x5b : 0x5a)));
  writer.place(skip);
}

// ---- calls and creations

const CALLS = ['CALL', 'CALL', 'CALL', 'CALLCODE', 'DELEGATECALL', 'DELEGATECALL', 'STATICCALL'];

function call(pen: Pen): void {
  const { random, writer, places } = pen;
  const name = random.pick(CALLS);
  // The input: words that mean something to the templates and to CALLDATALOAD.
  for (let at = 0; at < 64; at += 32) {
    if (random.chance(0.5)) {
      operand(pen);
      writer.push(at);
      writer.text('MSTORE');
    }
  }
  const far = random.chance(0.03);
  writer.push(random.pick([0, 0, 32, 33, random.below(200)]));
  writer.push(far ? random.word() : BigInt(random.below(256)));
  writer.push(random.pick([0, 32, 64, 64, 128, random.below(300)]));
  writer.push(random.pick([0, 0, 0, random.below(64)]));
  if (name === 'CALL' || name === 'CALLCODE') writer.push(random.chance(0.92) ? 0n : random.word());
  if (random.chance(0.12)) writer.text('ADDRESS');
  else writer.push(address(random, places));
  if (random.chance(0.7)) writer.text('GAS');
  else writer.push(random.chance(0.6) ? BigInt(random.below(60_000)) : random.word());
  writer.text(name);
  sink(pen);
  if (random.chance(0.4)) {
    writer.text('RETURNDATASIZE');
    sink(pen);
  }
}

function creation(pen: Pen): void {
  const { random, writer } = pen;
  const name = random.pick(['CREATE', 'CREATE2', 'CREATE2']);
  const code = random.chance(0.1) ? random.bytes(random.below(40)) : randomInitCode(deeper(pen));
  if (code.length > 0) {
    const data = writer.data(code);
    writer.push(code.length);
    writer.pushLabel(data);
    writer.text('0 CODECOPY');
  }
  if (name === 'CREATE2') writer.push(random.chance(0.9) ? BigInt(random.below(2)) : random.word());
  writer.push(random.chance(0.95) ? code.length : random.below(300));
  writer.push(random.chance(0.95) ? 0 : random.below(40));
  writer.push(random.chance(0.95) ? 0n : random.word());
  writer.text(name);
  if (random.chance(0.4)) {
    // What was created is called at once.
    writer.text('0 0 0 0 0 DUP6 GAS CALL POP');
  }
  sink(pen);
}

/** Once and again with the same salt: the second one collides, unless the first left neither code nor nonce. */
function twins(pen: Pen): void {
  const { random, writer } = pen;
  const code = randomInitCode(deeper(pen));
  const data = writer.data(code);
  writer.push(code.length);
  writer.pushLabel(data);
  writer.text('0 CODECOPY');
  for (let i = 0; i < 2; i++) {
    writer.push(random.below(2));
    writer.push(code.length);
    writer.text('0 0 CREATE2');
    sink({ ...pen });
    if (random.chance(0.3)) return;
    writer.push(code.length);
    writer.pushLabel(data);
    writer.text('0 CODECOPY');
  }
}

/**
 * A creation that returns more than it can pay for. It fails, but what it and those it called earned as refund, and
 * whoever destroyed itself meanwhile, stays (docs/protocol/executor.md 4.4).
 */
function unpaidDeposit(pen: Pen): void {
  const { random, writer, places } = pen;
  const init = new CodeWriter();
  if (random.chance(0.6)) init.text('1 0 SSTORE 0 0 SSTORE');
  if (random.chance(0.6)) {
    init.text('0 0 0 0 0');
    init.push(address(random, places));
    init.text('GAS CALL POP');
  }
  init.push(random.between(100, 6000));
  init.text('0 RETURN');
  create(pen, init.finish(), random.pick(['CREATE', 'CREATE2']));
  if (random.chance(0.3)) writer.text('STOP');
}

/** Puts init code at the start of memory and runs it, without value, salt 0. */
function create(pen: Pen, code: Uint8Array, name: string): void {
  const { writer } = pen;
  const data = writer.data(code);
  writer.push(code.length);
  writer.pushLabel(data);
  writer.text(`0 CODECOPY ${name === 'CREATE2' ? '0 ' : ''}${code.length} 0 0 ${name}`);
  sink(pen);
}

const FLAT_STATEMENTS: readonly (readonly [number, Statement])[] = [...PLAIN_STATEMENTS, [2, call]];

const STATEMENTS: readonly (readonly [number, Statement])[] = [
  ...PLAIN_STATEMENTS,
  [6, branch],
  [5, loop],
  [3, subroutineCall],
  [2, computedJump],
  [2, jumpIntoPushData],
  [9, call],
  [3, creation],
  [1, twins],
  [1, unpaidDeposit],
];

// ---- programs

function ending(pen: Pen): void {
  const { random, writer, places } = pen;
  const kind = random.weighted([
    [6, 'return'],
    [4, 'stop'],
    [3, 'revert'],
    [2, 'destroy'],
    [1, 'invalid'],
    [1, 'again'],
    [1, 'mishap'],
  ]);
  const length = random.pick([0, 32, 64, 256, random.below(300)]);
  if (kind === 'return' || kind === 'revert') {
    writer.push(length);
    writer.push(random.below(64));
    writer.text(kind === 'return' ? 'RETURN' : 'REVERT');
  } else if (kind === 'destroy') {
    writer.push(address(random, places));
    writer.text('SELFDESTRUCT');
  } else if (kind === 'invalid') {
    writer.raw(0xfe);
  } else if (kind === 'again') {
    // Itself, with most of the gas that is left.
    writer.text('0 0 0 0 0 ADDRESS');
    writer.push(random.below(100_000));
    writer.text('CALL STOP');
  } else if (kind === 'mishap') {
    mishap(pen);
  } else {
    writer.text('STOP');
  }
}

/** To where the writer is: addresses inside the program are right wherever it begins. */
export function writeProgram(writer: CodeWriter, random: Random, places: Places, nesting: number): void {
  const pen: Pen = { random, places, writer, subroutines: [], nesting };
  const { subroutines } = pen;
  const count = random.between(1, 9);
  if (random.chance(0.3)) {
    const at = random.below(count);
    statements(pen, at);
    mishap(pen);
    statements(pen, count - at);
  } else {
    statements(pen, count);
  }
  ending(pen);
  for (let i = 0; i < subroutines.length; i++) {
    const { label, depth } = subroutines[i] ?? { label: writer.label(), depth: 0 };
    writer.place(label);
    statements({ ...pen, nesting: Math.min(depth, 1) }, random.between(1, 2));
    writer.text('JUMP');
  }
}

/** @param nesting how deep code inside code may go, 0 or more. */
export function randomProgram(random: Random, places: Places, nesting = 2): Uint8Array {
  const writer = new CodeWriter();
  if (random.chance(0.03)) return random.bytes(random.below(60));
  writeProgram(writer, random, places, nesting);
  const code = writer.finish();
  // A damaged program, and one whose last PUSH lacks data.
  if (random.chance(0.05)) code[random.below(code.length)] = random.below(256);
  return random.chance(0.04) ? code.slice(0, random.between(1, code.length)) : code;
}

/** What a creation runs: it may store, call, fail or destroy itself before it leaves its code. */
export function randomInitCode(pen: Pick<Pen, 'random' | 'places' | 'nesting'>): Uint8Array {
  const { random, places, nesting } = pen;
  if (nesting < 0 || random.chance(0.1)) {
    return initCode(random.pick([new Uint8Array(0), Uint8Array.of(0), Uint8Array.of(0x33, 0xff)]));
  }
  if (random.chance(0.1)) return randomProgram(random, places, nesting);
  return initCode(randomProgram(random, places, nesting), (writer) => {
    if (random.chance(0.4)) {
      const inner = { random, places, writer, subroutines: [], nesting: 0 };
      statements(inner, random.between(1, 3));
    }
    if (random.chance(0.05)) writer.text('0 SELFDESTRUCT');
  });
}
