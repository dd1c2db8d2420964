import { describe, expect, test } from 'vitest';
import { Random } from '../../../fuzz/random.ts';
import { assemble } from '../../../test/assemble.ts';
import { machineModules } from '../../../test/chain-in-memory.ts';
import { type Run, type RunOptions, runCode } from '../../../test/run-code.ts';
import { Code } from '../code.ts';
import { GasMeter, WorkLimitExceeded } from '../gas-meter.ts';
import { wordFromBytes, wordToBytes } from '../word.ts';
import { Compiler } from './compiler.ts';
import { RUNTIME } from './runtime.ts';
import { writeUnit } from './unit-writer.ts';

const atOnce = () => new Compiler({ hotAfter: 0, burst: Number.POSITIVE_INFINITY });

function runCompiled(program: string, options: RunOptions = {}, compiler = atOnce()): Run {
  return runCode(program, { ...options, modules: { ...machineModules, compiler } });
}

/** A loop of so many rounds. */
const rounds = (count: number) => `${count} next: 1 SWAP1 SUB DUP1 @next JUMPI`;

describe('what a loop keeps in variables is on the stack for whoever comes next', () => {
  /** The jump out of the loop goes to where the input says: nobody knew when the loop was compiled. */
  const resultOf = (loop: string) => {
    const input = wordToBytes(assemble(loop).length);
    const { output } = runCompiled(`${loop} out: 0 MSTORE 32 MSTORE 64 0 RETURN`, { input });
    return [wordFromBytes(output.subarray(0, 32)), wordFromBytes(output.subarray(32))];
  };

  test('a word that each round changes', () => {
    expect(resultOf('1 7 next: DUP1 20 LT 0 CALLDATALOAD JUMPI 5 ADD @next JUMP')).toEqual([22, 1]);
  });

  test('words that each round exchanges, shows to an opcode that is interpreted, and exchanges back', () => {
    const exit = 'DUP3 ISZERO 0 CALLDATALOAD JUMPI';
    const count = 'SWAP2 10 SWAP1 SUB SWAP2';
    expect(resultOf(`30 1 2 next: ${exit} SWAP1 5 EXTCODESIZE POP SWAP1 ${count} @next JUMP`)).toEqual([
      2, 1,
    ]);
  });

  test('a word that an interpreted opcode puts in the place of another', () => {
    const addUp = 'DUP1 0 MLOAD ADD 0 MSTORE';
    const count = '1 32 MLOAD SUB DUP1 32 MSTORE';
    // Nobody knew where the first jump goes: the loop is a unit of its own from its first round on.
    const start = '5 32 MSTORE 7 @next 0 CALLDATALOAD ADD JUMP';
    // Nobody has code here: the first round adds 7, all later ones 0.
    const { output } = runCompiled(
      `${start} next: ${addUp} EXTCODESIZE ${count} @next JUMPI 32 MSTORE 64 0 RETURN`,
    );
    expect([output.subarray(0, 32), output.subarray(32)].map(wordFromBytes)).toEqual([7, 0]);
  });
});

test.each([1024, 1025])('%d items on the stack', (items) => {
  const status = items === 1024 ? 'stopped' : 'OutOfStack';
  expect(runCompiled('1 '.repeat(items)).status).toBe(status);
  // In a single unit, too.
  expect(runCompiled(`${'1 '.repeat(items - 200)} next: ${'1 '.repeat(200)}`).status).toBe(status);
});

describe('what is compiled', () => {
  test('is what was arrived at often enough', () => {
    const compiler = new Compiler({ hotAfter: 100 });
    runCompiled(rounds(100), {}, compiler);
    expect(compiler.bytes).toBe(0);
    runCompiled(rounds(102), {}, compiler);
    expect(compiler.bytes).toBeGreaterThan(0);
  });

  test('is bounded in memory: what was not used for longest is forgotten', () => {
    const compiler = new Compiler({ hotAfter: 0, burst: Number.POSITIVE_INFINITY, maxBytes: 100_000 });
    let most = 0;
    for (let i = 0; i < 100; i++) {
      expect(runCompiled(`${rounds(5)} ${i} 0 MSTORE 32 0 RETURN`, {}, compiler).output).toEqual(
        wordToBytes(i),
      );
      most = Math.max(most, compiler.bytes);
    }
    expect(most).toBeGreaterThan(50_000);
    expect(most).toBeLessThanOrEqual(100_000);
  });

  test('is bounded by the gas that was spent: new codes do not keep the compiler busy', () => {
    const compiler = new Compiler({ hotAfter: 0, burst: 10_000 });
    for (let i = 0; i < 50; i++) runCompiled(`${i} ${'POP 1 '.repeat(20)}`, {}, compiler);
    const burst = compiler.bytes;
    for (let i = 0; i < 50; i++) runCompiled(`${i} ${'POP 2 '.repeat(20)}`, {}, compiler);
    expect(compiler.bytes).toBe(burst);
    runCompiled(rounds(200_000), {}, compiler);
    runCompiled(`3 ${'POP 4 '.repeat(20)}`, {}, compiler);
    expect(compiler.bytes).toBeGreaterThan(burst);
  });

  test('hotAfter out of range', () => {
    expect(() => new Compiler({ hotAfter: -1 })).toThrow('hotAfter is 0 … 32767, not -1');
  });
});

describe('a bounded run', () => {
  test('ends when its work is done', () => {
    const meter = new GasMeter({ gas: 20_000_000, expired: () => false });
    expect(() => runCompiled('next: @next JUMP', { gas: 2n ** 64n - 1n, meter })).toThrow(WorkLimitExceeded);
  });

  test('and when its time is over', () => {
    let asked = 0;
    const meter = new GasMeter({ gas: Number.MAX_SAFE_INTEGER, expired: () => ++asked === 10 });
    expect(() => runCompiled('next: @next JUMP', { gas: 2n ** 64n - 1n, meter })).toThrow(WorkLimitExceeded);
  });

  test('goes on in compiled code after each slice of gas', () => {
    const unbounded = runCompiled(rounds(1_000_000), { gas: 100_000_000 });
    const meter = new GasMeter({ gas: 100_000_000, expired: () => false });
    const bounded = runCompiled(rounds(1_000_000), { gas: 100_000_000, meter });
    expect(bounded).toMatchObject({ status: 'stopped', gasLeft: unbounded.gasLeft });
  });
});

test.each([
  ['conditions of conditions', `0 CALLDATALOAD ${'DUP1 LT '.repeat(190)}`],
  ['much on the stack at each branch', `${'CALLVALUE '.repeat(240)} end: ${'DUP1 @end JUMPI '.repeat(50)}`],
  ['sums of sums', `0 CALLDATALOAD ${BigInt.asUintN(256, -5n)} MUL ${'DUP1 MUL '.repeat(190)}`],
])('text does not grow with %s', (_, program) => {
  const code = new Code(assemble(program));
  const body = writeUnit({ code, start: 0, limit: 400, heat: () => 0.5 }) ?? '';
  expect(body.length).toBeGreaterThan(1000);
  expect(body.length).toBeLessThan(100_000);
  expect(runCompiled(program)).toMatchObject({ status: 'stopped', gasLeft: runCode(program).gasLeft });
});

test('generated text has no word that is not ours', () => {
  const ours = new Set([
    ...Object.keys(RUNTIME),
    ...'const let if for return continue typeof number undefined true false frame stack memory items size sp gas t'.split(
      ' ',
    ),
    ...'charge expand readWord writeWord self spec code bytes input caller value isStatic length machine world load block'.split(
      ' ',
    ),
    ...'transaction origin gasPrice coinbase timestamp returnData gasLeft Math floor Number BigInt asUintN'.split(
      ' ',
    ),
  ]);
  const random = new Random(5);
  for (let i = 0; i < 300; i++) {
    const code = new Code(random.bytes(200));
    const body = writeUnit({ code, start: 0, limit: 200, heat: () => 0.5 }) ?? '';
    expect(body).not.toBe('');
    for (const [name] of body.matchAll(/[A-Za-z_$][\w$]*/g)) {
      const isNumbered = /^[evn]\d+$/.test(name);
      const isDigits = /^(x[0-9a-f]+n|n|e)$/.test(name);
      expect(ours.has(name) || isNumbered || isDigits, `${name} in ${body}`).toBe(true);
    }
    expect(body.replaceAll("'number'", '')).not.toMatch(/['"`\\]/);
  }
});
