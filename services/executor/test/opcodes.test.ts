/**
 * Each opcode against the reference: with every amount of gas around each of its charges, on too small and too full a
 * stack, in a static frame and in another (docs/protocol/executor.md 5.1 to 5.5).
 */
import { toHex } from '@hexapod/protocol/bytes';
import { describe, expect, test, vi } from 'vitest';
import { type Compiled, machineOf } from '../fuzz/machines.ts';
import { addressToBytes, normalize, wordToBytes } from '../src/evm/word.ts';
import { assemble } from './assemble.ts';
import { Frame } from './reference/frame.ts';
import { Execution, type Log } from './reference/machine.ts';
import { toBytes } from './reference/numbers.ts';
import { OPCODES } from './reference/opcodes.ts';
import { type Account, State } from './reference/state.ts';
import { CONTRACT, runCode } from './run-code.ts';

const CALLER = 0xca11n;
const AMPLE = 3_000_000;
const INPUT = Uint8Array.from({ length: 50 }, (_, i) => i + 1);
const STACK_LIMIT = 1024;

/** Contracts to be called: one that returns, one that reverts, one that fails, one that writes. */
const OTHERS: Readonly<Record<number, string>> = {
  769: '0x010203 0 MSTORE 40 0 RETURN',
  770: '0x010203 0 MSTORE 40 0 REVERT',
  771: 'fe!',
  772: '1 1 SSTORE',
};

interface Seen {
  readonly status: string;
  readonly gasLeft: bigint;
  readonly output: string;
  readonly refund: bigint;
  readonly logs: readonly string[];
  readonly accounts: readonly string[];
}

const logText = (address: Uint8Array, topics: readonly Uint8Array[], data: Uint8Array): string =>
  [address, ...topics, data].map(toHex).join(' ');

function runReference(program: string, gas: number, isStatic: boolean): { seen: Seen; accounts: State } {
  const state = new State();
  for (const [address, text] of Object.entries({ ...OTHERS, [CONTRACT]: program })) {
    state.startAnew(BigInt(address));
    state.setCode(BigInt(address), assemble(text));
  }
  const block = { number: 7n, timestamp: 1_700_000_000_000n, coinbase: 0xben, blockHash: () => 0n };
  const transaction = { origin: CALLER, gasPrice: 1n };
  const execution = new Execution({ state, block, transaction, mostSteps: 1_000_000 });
  const self = BigInt(CONTRACT);
  const parties = { codeAddress: self, self, caller: CALLER, value: 0n, input: INPUT };
  const { status, gasLeft, output } = execution.run({
    kind: 'call',
    ...parties,
    isStatic,
    depth: 0,
    gas: BigInt(gas),
  });
  const logs = execution.logs.map(({ address, topics, data }: Log) =>
    logText(
      toBytes(address, 20),
      topics.map((topic) => toBytes(topic, 32)),
      data,
    ),
  );
  const accounts = [...state.snapshot()].map(accountText);
  const seen = { status, gasLeft, output: toHex(output), refund: execution.refund, logs, accounts };
  return { seen, accounts: state };
}

function accountText([address, { nonce, code, storage }]: readonly [bigint, Account]): string {
  const slots = [...storage].map(([slot, value]) => `${slot}=${value}`);
  return `${address} ${nonce} ${toHex(code)} ${slots.join(' ')}`;
}

/** @param known the reference's accounts: what is not among them is not looked for. */
function runOurs(program: string, gas: number, isStatic: boolean, known: State, compiled: Compiled): Seen {
  const options = { gas, isStatic, input: INPUT, others: OTHERS, modules: machineOf(compiled) };
  const { status, gasLeft, output, machine, world } = runCode(program, options);
  const logs = machine.logs.map(({ address, topics, data }) =>
    logText(addressToBytes(address), topics.map(wordToBytes), data),
  );
  const accounts = [...known.snapshot()].map(([address, account]) => {
    const word = normalize(address);
    const storage = new Map<bigint, bigint>();
    for (const slot of account.storage.keys()) storage.set(slot, BigInt(world.load(word, normalize(slot))));
    const code = world.code(word).bytes;
    return accountText([address, { ...account, nonce: BigInt(world.nonce(word)), code, storage }]);
  });
  return {
    status,
    gasLeft: BigInt(gasLeft),
    output: toHex(output),
    refund: BigInt(machine.refund),
    logs,
    accounts,
  };
}

/** Runs both; returns what they agree on. */
function agree(program: string, gas: number, isStatic: boolean, compiled: Compiled = 'never'): Seen {
  const { seen, accounts } = runReference(program, gas, isStatic);
  const ours = runOurs(program, gas, isStatic, accounts, compiled);
  expect(ours, `${gas} gas${isStatic ? ', static' : ''}: ${program}`).toEqual(seen);
  return seen;
}

/** What the outermost frame has spent after each of its charges. */
function chargesOf(program: string, isStatic: boolean): number[] {
  const spent: number[] = [];
  const charge = vi.spyOn(Frame.prototype, 'charge');
  try {
    charge.mockImplementation(function (this: Frame, gas: bigint) {
      if (gas > this.gas) throw new Error('not ample');
      this.gas -= gas;
      if (this.spec.depth === 0) spent.push(AMPLE - Number(this.gas));
    });
    runReference(program, AMPLE, isStatic);
  } catch (error) {
    // A program that asks for more than there is: the charges before that one count.
    if (!(error instanceof Error && error.message === 'not ample')) throw error;
  } finally {
    charge.mockRestore();
  }
  return spent;
}

/** Operands where small numbers would not do, the top one last. */
const OPERANDS: Readonly<Record<string, readonly string[]>> = {
  EXP: ['300 7', '0 7', '0x010000000000000000 3', `0x${'ff'.repeat(32)} 2`],
  SIGNEXTEND: ['0x80ff 1', '0x80ff 31', `5 0x${'ff'.repeat(32)}`],
  BYTE: ['0x1234 31', '0x1234 32'],
  SHL: ['5 255', '5 256'],
  SHR: [`0x${'80'.repeat(32)} 255`, '5 256'],
  SAR: [`0x${'80'.repeat(32)} 255`, `0x${'80'.repeat(32)} 0x010000000000000000`],
  SHA3: [
    '0 0x010000000000000000',
    '64 32',
    '33 0',
    '32 0x40000000',
    '1 0x3fffffff',
    `0x${'ff'.repeat(32)} 0`,
  ],
  BALANCE: ['0x301', '0x999'],
  CALLDATALOAD: ['0', '40', '50', '0x010000000000000000'],
  CALLDATACOPY: ['70 1 40', '0 0 0x010000000000000000', '32 0x010000000000000000 0', '1 0 0x40000000'],
  CODECOPY: ['70 1 40', '0 0 0x010000000000000000', '32 0x010000000000000000 0', '1 0 0x40000000'],
  EXTCODESIZE: ['0x301', '0x999', '0x010000000000000000000000000000000000000301'],
  EXTCODECOPY: ['70 1 40 0x301', '70 1 40 0x999', '0 0 0x010000000000000000 0x301', '1 0 0x40000000 0x301'],
  EXTCODEHASH: ['0x301', '0x999'],
  RETURNDATACOPY: ['0 0 40', '1 0 40', '0 1 40', '0 0 0x010000000000000000', '1 0 0x40000000'],
  BLOCKHASH: ['6'],
  MLOAD: ['0', '100', '0x3fffffe0', '0x3fffffe1', '0x010000000000000000'],
  MSTORE: ['7 0', '7 100', '7 0x3fffffe1', '7 0x010000000000000000'],
  MSTORE8: ['0x1ff 0', '7 100', '7 0x40000000', '7 0x010000000000000000'],
  SLOAD: ['1'],
  SSTORE: ['5 1', '0 1', '5 0x010000000000000000'],
  JUMP: ['@end', '0', '0x010000000000000000'],
  JUMPI: ['1 @end', '0 0', '1 0', '0x010000000000000000 @end', '0 0x010000000000000000'],
  LOG: ['40 30', '0 0x010000000000000000', '1 0x40000000'],
  CREATE: ['0 0 0', '10 0 0', '10 0 1', '1 0x40000000 0', '0 0x010000000000000000 0'],
  CREATE2: ['1 0 0 0', '1 70 0 0', '1 10 0 1', '1 1 0x40000000 0'],
  RETURN: ['64 32', '0 0x010000000000000000', '1 0x40000000'],
  REVERT: ['64 32', '0 0x010000000000000000', '1 0x40000000'],
};
const CALL_AREAS = [
  '32 64 70 0',
  '0 0 0 0',
  '40 0 0 0',
  '0 0x010000000000000000 0 0',
  '1 0x40000000 0 0',
  '0 0 1 0x40000000',
];
const CALL_TARGETS = [
  '0x301',
  '0x302',
  '0x303',
  '0x304',
  '0x999',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
];
const CALL_GAS = [
  '0',
  '100',
  '50000',
  '0x010000000000000000',
  '0x010000000000000064',
  `0x${'ff'.repeat(32)}`,
];

/** Area, target and gas vary one at a time; a value is refused whatever the rest says. */
function callOperands(name: string): string[] {
  const hasValue = name === 'CALL' || name === 'CALLCODE';
  const value = hasValue ? '0 ' : '';
  const area = '32 64 70 0';
  return [
    ...CALL_AREAS.map((other) => `${other} ${value}0x301 50000`),
    ...CALL_TARGETS.map((target) => `${area} ${value}${target} 50000`),
    ...CALL_GAS.map((gas) => `${area} ${value}0x301 ${gas}`),
    ...(hasValue ? ['0x301', '0x999', '4'].map((target) => `${area} 1 ${target} 50000`) : []),
  ];
}

function operandsOf(name: string, inputs: number): readonly string[] {
  if (name.endsWith('CALL') || name === 'CALLCODE') return callOperands(name);
  const small = Array.from({ length: inputs }, (_, i) => String(i + 3)).join(' ');
  const big = Array.from({ length: inputs }, (_, i) => `0x${(0xf1 - i).toString(16).repeat(32)}`).join(' ');
  if (name === 'LOG') {
    const topics = small.split(' ').slice(2).join(' ');
    return (OPERANDS.LOG ?? []).map((area) => `${topics} ${area}`);
  }
  return OPERANDS[name] ?? [small, big];
}

interface Case {
  /** As the assembler calls it. */
  readonly text: string;
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

const CASES: readonly Case[] = OPCODES.flatMap((opcode) => {
  if (opcode === undefined) return [];
  const { name, n, inputs, outputs } = opcode;
  const isFamily = ['DUP', 'SWAP', 'LOG'].includes(name);
  const text = name === 'PUSH' ? `0x${'ab'.repeat(n)}` : isFamily ? `${name}${n}` : name;
  return [{ text, name, inputs, outputs }];
});

interface Program {
  readonly program: string;
  /** Pushes that come before the opcode. */
  readonly pushes: number;
}

function programsOf({ text, name, inputs, outputs }: Case): Program[] {
  // What it leaves is returned, or what it did to memory.
  const tail = outputs > 0 ? '0 MSTORE 32 0 RETURN' : '128 0 RETURN';
  return operandsOf(name, inputs).map((operands) => ({
    program: `${operands} ${text} ${tail} end: 7 0 MSTORE 32 0 RETURN`,
    pushes: inputs,
  }));
}

/** Each amount at which something is just paid, and the one below, from the opcode's own charges on. */
function amountsFor({ program, pushes }: Program, isStatic: boolean): number[] {
  const charges = chargesOf(program, isStatic).slice(Math.max(0, pushes - 1));
  return [...new Set(charges.flatMap((spent) => [spent - 1, spent]))].filter((gas) => gas >= 0);
}

test('all 256 bytes are either an opcode here or unknown to both', () => {
  const unknown = Array.from({ length: 256 }, (_, byte) => byte).filter(
    (byte) => OPCODES[byte] === undefined,
  );
  expect(unknown.length).toBe(256 - CASES.length);
  for (const byte of unknown) {
    for (const isStatic of [false, true]) {
      const program = `${byte.toString(16).padStart(2, '0')}!`;
      expect(agree(program, 0, isStatic)).toMatchObject({ status: 'InvalidOpcode', gasLeft: 0n });
      agree(`1 2 3 4 5 6 7 ${program}`, 21, isStatic);
    }
  }
});

describe.each(CASES)('$text', (opcode) => {
  const { text, inputs, outputs } = opcode;

  test('with every amount of gas', () => {
    for (const written of programsOf(opcode)) {
      for (const isStatic of [false, true]) {
        const amounts = amountsFor(written, isStatic);
        expect(amounts.length).toBeGreaterThan(0);
        for (const gas of [...amounts, AMPLE]) agree(written.program, gas, isStatic);
      }
    }
  });

  test('compiled, with every amount of gas', () => {
    for (const written of programsOf(opcode)) {
      for (const gas of amountsFor(written, false)) agree(written.program, gas, false, 'always');
      agree(written.program, AMPLE, true, 'always');
    }
  });

  test('on a stack that is too small', () => {
    for (let items = 0; items < inputs; items++) {
      const program = `${'1 '.repeat(items)}${text}`;
      for (const isStatic of [false, true]) {
        // The stack is looked at before gas and before the static flag.
        const { status } = agree(program, 3 * items, isStatic);
        expect(status).toBe('StackUnderflow');
        agree(program, AMPLE, isStatic, 'always');
      }
    }
  });

  test('on a stack that is full', () => {
    const room = STACK_LIMIT - Math.max(0, outputs - inputs);
    const [fits, tooMuch] = [room, room + 1].map((items) => `${'PC '.repeat(items)}${text} STOP`);
    for (const isStatic of [false, true]) {
      for (const compiled of ['never', 'always'] as const) {
        expect(agree(fits ?? '', AMPLE, isStatic, compiled).status).not.toBe('OutOfStack');
        if (outputs > inputs) {
          expect(agree(tooMuch ?? '', 2 * (room + 1), isStatic, compiled).status).toBe('OutOfStack');
        }
      }
    }
  });
});

describe('loops that carry what one opcode changes', () => {
  const END = '0 MSTORE 32 0 RETURN';
  const CHAIN = '5 0 SSTORE 7 5 SSTORE 9 7 SSTORE 3 9 SSTORE 0 3 SSTORE';

  test.each([
    ['SLOAD', `${CHAIN} 0 loop: SLOAD GAS 50000 LT @loop JUMPI ${END}`],
    ['SLOAD below another item', `${CHAIN} 0 4 loop: SWAP1 SLOAD SWAP1 GAS 50000 LT @loop JUMPI POP ${END}`],
    [
      'SLOAD of what was looked at before',
      `${CHAIN} 0 loop: DUP1 100 MSTORE SLOAD GAS 50000 LT @loop JUMPI 132 0 RETURN`,
    ],
    ['EXTCODEHASH', `0x301 loop: EXTCODEHASH GAS 50000 LT @loop JUMPI ${END}`],
    [
      'EXTCODEHASH of what was looked at before',
      '0x301 loop: DUP1 100 MSTORE EXTCODEHASH GAS 50000 LT @loop JUMPI 132 0 RETURN',
    ],
    ['MLOAD', `32 0 MSTORE 64 32 MSTORE 0 64 MSTORE 0 loop: MLOAD GAS 150000 LT @loop JUMPI ${END}`],
    ['CALLDATALOAD', `3 loop: CALLDATALOAD GAS 150000 LT @loop JUMPI ${END}`],
    ['NOT', `3 loop: NOT GAS 150000 LT @loop JUMPI ${END}`],
    [
      'RETURNDATASIZE after a call',
      `1 loop: POP 0 0 0 0 0x301 GAS STATICCALL GAS 150000 LT @loop JUMPI ${END}`,
    ],
  ])('%s', (_name, program) => {
    const last = 160_000;
    for (let gas = last - 200; gas <= last; gas++) {
      expect(agree(program, gas, false, 'always').status).not.toBe('InvalidJumpDestination');
    }
    agree(program, last, false);
  });
});
