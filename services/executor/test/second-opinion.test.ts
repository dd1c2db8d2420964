/**
 * Where the rules are Ethereum's, @ethereumjs/evm must say the same (docs/protocol/executor.md 13): results, logs, how a
 * program ends and, where the prices are the same, too, the gas.
 */
import { createEVM } from '@ethereumjs/evm';
import { toHex } from '@hexapod/protocol/bytes';
import { describe, expect, test } from 'vitest';
import { COMPILED, machineOf } from '../fuzz/machines.ts';
import { Random } from '../fuzz/random.ts';
import { wordToBytes } from '../src/evm/word.ts';
import { assemble } from './assemble.ts';
import { type Run, runCode } from './run-code.ts';

type Make = (random: Random) => string;

const small = (random: Random): number => random.below(300);
const word = (random: Random): bigint => random.word();
/** Mostly what fits, sometimes anything. */
const either = (random: Random): bigint => (random.chance(0.8) ? BigInt(small(random)) : word(random));

/** A word below 2^256 for each of the operands. */
function operation(name: string, operands: number): Make {
  return (random) => `${Array.from({ length: operands }, () => word(random)).join(' ')} ${name}`;
}

const PRICED_ALIKE: Readonly<Record<string, Make>> = {
  ...Object.fromEntries(
    'ADD MUL SUB DIV SDIV MOD SMOD LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR SAR SIGNEXTEND'
      .split(' ')
      .map((name) => [name, operation(name, 2)]),
  ),
  ...Object.fromEntries(['NOT', 'ISZERO'].map((name) => [name, operation(name, 1)])),
  ...Object.fromEntries(['ADDMOD', 'MULMOD'].map((name) => [name, operation(name, 3)])),
  'BYTE with a small index': (random) => `${word(random)} ${random.below(40)} BYTE`,
  'SIGNEXTEND with a small index': (random) => `${word(random)} ${random.below(40)} SIGNEXTEND`,
  ...Object.fromEntries(
    ['SHL', 'SHR', 'SAR'].map((name) => [
      `${name} by little`,
      (random: Random) => `${word(random)} ${small(random)} ${name}`,
    ]),
  ),
  SHA3: (random) => `${word(random)} ${small(random)} MSTORE ${small(random)} ${small(random)} SHA3`,
  CALLDATALOAD: (random) => `${either(random)} CALLDATALOAD`,
  CALLDATASIZE: () => 'CALLDATASIZE',
  CODESIZE: () => 'CODESIZE',
  RETURNDATASIZE: () => 'RETURNDATASIZE',
  CALLDATACOPY: (random) => `${small(random)} ${either(random)} 200 CALLDATACOPY 231 MLOAD`,
  CODECOPY: (random) => `${small(random)} ${either(random)} 200 CODECOPY 231 MLOAD`,
  MLOAD: (random) => `${word(random)} ${small(random)} MSTORE ${small(random)} MLOAD`,
  MSTORE8: (random) => `${word(random)} ${small(random)} MSTORE8 ${small(random)} MLOAD`,
  MSIZE: (random) => `${small(random)} MLOAD POP MSIZE`,
  PC: () => 'PC',
  GAS: () => 'GAS',
  PUSH: (random) => `0x${toHex(random.bytes(random.between(1, 32)))}`,
  DUP: (random) => {
    const n = random.between(1, 16);
    return `${Array.from({ length: n }, () => word(random)).join(' ')} DUP${n}`;
  },
  SWAP: (random) => {
    const n = random.between(1, 16);
    return `${Array.from({ length: n + 1 }, () => word(random)).join(' ')} SWAP${n} SUB`;
  },
  LOG: (random) => {
    const topics = random.below(5);
    const words = Array.from({ length: topics }, () => word(random)).join(' ');
    return `${words} ${small(random)} ${small(random)} LOG${topics} 1`;
  },
  JUMP: (random) => `${word(random)} @skip JUMP 0xfe skip:`,
  JUMPI: (random) => `1 ${random.chance(0.3) ? 0 : word(random)} @skip JUMPI POP 2 skip:`,
  loop: (random) =>
    `0 ${random.between(1, 20)} skip: SWAP1 ${word(random)} ADD SWAP1 1 SWAP1 SUB DUP1 @skip JUMPI POP`,
};

/** Right are the values only: these cost something else here. */
const PRICED_OTHERWISE: Readonly<Record<string, Make>> = {
  EXP: operation('EXP', 2),
  'EXP of small words': (random) => `${small(random)} ${small(random)} EXP`,
  SLOAD: (random) => `${word(random)} ${random.below(3)} SSTORE ${random.below(3)} SLOAD`,
  CHAINID: () => 'CHAINID',
  SELFBALANCE: () => 'SELFBALANCE',
  BALANCE: (random) => `${word(random)} BALANCE`,
  'EXTCODESIZE of nobody': (random) => `${2n ** 100n + BigInt(random.bits())} EXTCODESIZE`,
  ...Object.fromEntries(
    ['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'].map((name) => [
      `${name} of a precompile`,
      (random: Random) => {
        const value = name === 'CALL' || name === 'CALLCODE' ? '0 ' : '';
        const target = random.pick([2, 3, 4]);
        const area = `${small(random)} ${small(random)} ${small(random)} ${small(random)}`;
        return `${word(random)} 10 MSTORE ${area} ${value}${target} 100000 ${name} RETURNDATASIZE ADD RETURNDATASIZE 0 300 RETURNDATACOPY 300 MLOAD ADD`;
      },
    ]),
  ),
  // Init code of 12 bytes that leaves its last 5; then what an account with them says.
  CREATE: (random) =>
    `0x6005600760003960056000f3 0 MSTORE ${small(random)} 64 MSTORE ${CREATED} 0 CREATE ${ASK_CREATED}`,
  CREATE2: (random) =>
    `0x6005600760003960056000f3 0 MSTORE ${small(random)} 64 MSTORE ${word(random)} ${CREATED} 0 CREATE2 ${ASK_CREATED}`,
  'a creation that reverts': (random) =>
    `0x600a6007fd 0 MSTORE ${small(random)} 5 27 0 CREATE RETURNDATASIZE ADD ADD`,
  // The contract that is created answers the complement of what it is asked, by RETURN or by REVERT.
  ...Object.fromEntries(
    ['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'].map((name) => [
      `${name} of a contract`,
      (random: Random) => {
        const value = name === 'CALL' || name === 'CALLCODE' ? '0 ' : '';
        // PUSH1 0 CALLDATALOAD NOT PUSH1 0 MSTORE PUSH1 size PUSH1 from RETURN or REVERT
        const runtime = `600035196000526020600${random.below(4)}${random.pick(['f3', 'fd'])}`;
        const length = runtime.length / 2;
        const init = `60${byte(length)}600c60003960${byte(length)}6000f3${runtime}`;
        const deploy = `0x${init.padEnd(64, '0')} 0 MSTORE ${init.length / 2} 0 0 CREATE`;
        const areas = `${random.below(50)} 128 32 96 ${value}`;
        return `${word(random)} 96 MSTORE ${deploy} ${areas}DUP${value === '' ? 5 : 6} GAS ${name} SWAP1 POP RETURNDATASIZE ADD 128 MLOAD XOR`;
      },
    ]),
  ),
};

const byte = (value: number): string => value.toString(16).padStart(2, '0');
/** Length and offset of those twelve bytes in memory. */
const CREATED = '12 20';
const ASK_CREATED = 'DUP1 ISZERO SWAP1 EXTCODESIZE ADD';

const ENDINGS: Readonly<Record<string, string>> = {
  'out of gas': 'OutOfGas',
  'stack underflow': 'StackUnderflow',
  'stack overflow': 'OutOfStack',
  'invalid JUMP': 'InvalidJumpDestination',
  'invalid opcode': 'InvalidOpcode',
  revert: 'reverted',
};

interface Told {
  readonly status: string;
  readonly output: string;
  readonly spent: bigint;
  readonly logs: readonly string[];
}

/** A machine with one account, whose code each program takes the place of. */
async function opponent(): Promise<(program: string, input: Uint8Array, gas: number) => Promise<Told>> {
  const evm = await createEVM();
  const { createdAddress: to } = await evm.runCall({ data: new Uint8Array(0) });
  if (to === undefined) throw new Error('no account');
  return async (program, data, gas) => {
    await evm.stateManager.putCode(to, assemble(program));
    const { execResult } = await evm.runCall({ to, data, gasLimit: BigInt(gas) });
    const { exceptionError, returnValue, executionGasUsed, logs = [] } = execResult;
    return {
      status: exceptionError === undefined ? 'stopped' : endingOf(exceptionError.error),
      output: toHex(returnValue),
      spent: executionGasUsed,
      // Without the address: it is not the same.
      logs: logs.map(([, topics, bytes]) => [...topics, bytes].map(toHex).join(' ')),
    };
  };
}

function endingOf(error: string): string {
  const [, ending] = Object.entries(ENDINGS).find(([text]) => error.startsWith(text)) ?? [];
  if (ending === undefined) throw new Error(`ends with ${error}`);
  return ending;
}

function told({ status, output, gasLeft, machine }: Run, gas: number): Told {
  return {
    status,
    output: toHex(output),
    spent: BigInt(gas) - BigInt(gasLeft),
    logs:
      status === 'stopped'
        ? machine.logs.map(({ topics, data }) => [...topics.map(wordToBytes), data].map(toHex).join(' '))
        : [],
  };
}

const AMPLE = 5_000_000;
const PROGRAMS = 25;
/** What is on top is returned, with some of the memory before it. */
const TAIL = '500 MSTORE 500 32 RETURN';

function programs(name: string, make: Make): { text: string; input: Uint8Array; random: Random }[] {
  // A seed of its own for each, whatever tests come before.
  const seed = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 2 ** 32;
  const random = new Random(seed);
  return Array.from({ length: PROGRAMS }, () => {
    const input = random.bytes(random.below(80));
    return { text: `${make(random)} ${TAIL}`, input, random };
  });
}

/** What each of our machines says. */
function ours(text: string, input: Uint8Array, gas: number): Told[] {
  return COMPILED.map((compiled) => {
    const modules = machineOf(compiled);
    return told(runCode(text, { input, gas, modules }), gas);
  });
}

const same = (wanted: Told): Told[] => COMPILED.map(() => wanted);

describe('values, logs, endings and gas', async () => {
  const theirs = await opponent();

  test.each(Object.entries(PRICED_ALIKE))('%s', async (name, make) => {
    for (const { text, input, random } of programs(name, make)) {
      const full = await theirs(text, input, AMPLE);
      expect(full.status, text).toBe('stopped');
      expect(ours(text, input, AMPLE), text).toEqual(same(full));
      const less = random.below(Number(full.spent));
      const short = await theirs(text, input, less);
      expect(ours(text, input, less), `${less} gas: ${text}`).toEqual(same(short));
    }
  });

  test.each([
    ['too few items', 'ADD'],
    ['too many items', '1 '.repeat(1025)],
    ['a jump to no JUMPDEST', '3 JUMP 0xfe'],
    ['an unknown byte', '0c!'],
    ['a revert with data', '7 0 MSTORE 40 3 REVERT'],
    ['memory that nobody can pay for', '0x0100000000 MLOAD'],
    ['the end of the code', '1 2'],
    ['a PUSH without its data', '1 0 MSTORE 7f!'],
  ])('%s', async (_name, text) => {
    const input = new Uint8Array(0);
    expect(ours(text, input, AMPLE)).toEqual(same(await theirs(text, input, AMPLE)));
  });
});

describe('values and endings, where the prices are not the same', () => {
  test.each(Object.entries(PRICED_OTHERWISE))('%s', async (name, make) => {
    for (const { text, input } of programs(name, make)) {
      // With storage and accounts of its own.
      const theirs = await opponent();
      const wanted = { ...(await theirs(text, input, AMPLE)), spent: 0n };
      expect(wanted.status, text).toBe('stopped');
      const got = ours(text, input, AMPLE).map((each) => ({ ...each, spent: 0n }));
      expect(got, text).toEqual(same(wanted));
    }
  });
});
