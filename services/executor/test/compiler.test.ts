/**
 * Compiled code against the interpreter: random programs, each with every amount of gas from nothing to more than it needs,
 * or, where that is much, with many. Whatever anybody can see afterwards must be the same.
 */
import { concatBytes, toHex } from '@hexapod/protocol/bytes';
import { describe, expect, test } from 'vitest';
import { randomProgram } from '../fuzz/program.ts';
import { Random } from '../fuzz/random.ts';
import { Compiler, type CompilerOptions } from '../src/evm/compiler/compiler.ts';
import { GasMeter } from '../src/evm/gas-meter.ts';
import { Machine, type MachineModules } from '../src/evm/machine.ts';
import { normalize, type Word, wordToBytes } from '../src/evm/word.ts';
import type { WorldState } from '../src/state/world-state.ts';
import { machineModules } from './chain-in-memory.ts';
import { jugglingProgram } from './juggling.ts';
import { emptyWorld } from './run-code.ts';

const CONTRACTS = [0xc0de, 0xc0df, 0xc0e0];
const [FIRST = 0] = CONTRACTS;
const OTHERS = [2n, 4n, 5n, 0xbeefn];
const AMPLE = 300_000;
const BLOCK = { number: 7, timestamp: 1_700_000_000_000, coinbase: 0xbe, blockHash: () => 5 };

/** Everything at once, however much it is; and soon, when some branches have been seen and others not. */
const COMPILERS = [
  { hotAfter: 0, burst: Number.POSITIVE_INFINITY },
  { hotAfter: 3, burst: Number.POSITIVE_INFINITY },
];

function worldOf(codes: readonly Uint8Array[]): WorldState {
  const world = emptyWorld();
  codes.forEach((code, i) => {
    world.replaceAccount(CONTRACTS[i] ?? 0);
    world.setCode(CONTRACTS[i] ?? 0, code);
  });
  world.endTransaction();
  return world;
}

interface RunOptions {
  readonly gas: Word;
  readonly input?: Uint8Array;
  readonly isStatic?: boolean;
}

/** Runs the first contract and undoes it; what it left in the machine and in the world. */
function run(world: WorldState, modules: MachineModules, options: RunOptions): unknown {
  const { gas, input = new Uint8Array(0), isStatic = false } = options;
  const checkpoint = world.checkpoint();
  const transaction = { origin: 0xca11, gasPrice: 1 };
  const machine = new Machine({ world, block: BLOCK, meter: new GasMeter(), transaction }, modules);
  const target = { codeAddress: FIRST, self: FIRST, caller: 0xca11, value: 0, input };
  try {
    const { status, output, gasLeft } = machine.call({ ...target, isStatic, depth: 0, gas });
    const { logs, refund, destroyed } = machine;
    return {
      ...{ status, gasLeft, refund, output: toHex(output), destroyed: [...destroyed.addresses()] },
      logs: logs.map(({ address, topics, data }) => ({ address, topics, data: toHex(data) })),
      accounts: accountsOf(world),
    };
  } finally {
    world.revertTo(checkpoint);
  }
}

function accountsOf(world: WorldState): unknown[] {
  const accounts: unknown[] = [];
  for (const [address, account] of world.changes()) {
    if (account === 'removed') continue;
    // A slot that was written and undone is still among them.
    const slots = [...account.slots.entries()].filter(([, value]) => value !== 0).map(String);
    accounts.push([address, account.nonce, account.codeHash, slots.sort()]);
  }
  return accounts
    .map((account) => JSON.stringify(account, (_, value) => String(value) && value.toString()))
    .sort();
}

/** Every amount that makes a difference if there are few; else many. */
function gasSeries(needed: number, random: Random): number[] {
  const all = needed <= 1500;
  const dense = Array.from({ length: all ? needed + 2 : 200 }, (_, gas) => gas);
  if (all) return dense;
  return [
    ...dense,
    ...Array.from({ length: 200 }, () => random.below(needed)),
    needed - 1,
    needed,
    needed + 1,
  ];
}

const PLACES = { contracts: CONTRACTS.map(BigInt), others: OTHERS };
const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

/** Words that programs branch on: what one input never reaches another does, when the code is compiled already. */
function inputOf(random: Random): Uint8Array {
  const words = Array.from({ length: 4 }, () => wordToBytes(normalize(random.word())));
  return concatBytes(...words).subarray(0, random.chance(0.8) ? 128 : random.below(128));
}

function compare(codes: readonly Uint8Array[], random: Random, options: CompilerOptions): void {
  const world = worldOf(codes);
  const compiled = { ...machineModules, compiler: new Compiler(options) };
  const inputs = Array.from({ length: 4 }, () => inputOf(random));
  const isStatic = random.chance(0.15);
  const needed = AMPLE - gasLeft(run(world, machineModules, { gas: AMPLE, isStatic }));
  for (const gas of [AMPLE, ...gasSeries(needed, random), AMPLE, AMPLE, AMPLE]) {
    const input = random.pick(inputs);
    const wanted = run(world, machineModules, { gas, input, isStatic });
    expect(run(world, compiled, { gas, input, isStatic }), `gas ${gas}`).toEqual(wanted);
  }
}

describe.each(COMPILERS)('hot after $hotAfter', (options) => {
  test.each(SEEDS)('programs that call each other, seed %d', (seed) => {
    const random = new Random(seed);
    compare(
      CONTRACTS.map(() => randomProgram(random, PLACES, 1)),
      random,
      options,
    );
  });

  test.each(SEEDS)('programs that keep much on the stack, seed %d', (seed) => {
    const random = new Random(seed);
    for (let i = 0; i < 3; i++) compare([jugglingProgram(random)], random, options);
  });
});

function gasLeft(result: unknown): number {
  return Number((result as { gasLeft: Word }).gasLeft);
}
