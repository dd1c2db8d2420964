/** Runs byte code as a transaction's outermost call, for tests of single rules. */
import { keccak256 } from '@hexapod/crypto/keccak';
import { GasMeter } from '../src/evm/gas-meter.ts';
import { Machine, type MachineModules, type Outcome } from '../src/evm/machine.ts';
import type { Word } from '../src/evm/word.ts';
import { CodeStore, HeadState } from '../src/state/state-reader.ts';
import { WorldState } from '../src/state/world-state.ts';
import { assemble } from './assemble.ts';
import { machineModules } from './chain-in-memory.ts';
import { MemoryDatabase } from './memory-database.ts';

export const CONTRACT = 0xc0de;
const CALLER = 0xca11;

export interface RunOptions {
  readonly gas?: Word;
  readonly input?: Uint8Array;
  readonly value?: Word;
  readonly meter?: GasMeter;
  readonly isStatic?: boolean;
  readonly modules?: MachineModules;
  /** More contracts, by address. */
  readonly others?: Readonly<Record<number, string>>;
}

export interface Run extends Outcome {
  readonly machine: Machine;
  readonly world: WorldState;
  /** The gas spent. */
  readonly spent: Word;
}

export function emptyWorld(): WorldState {
  const state = new HeadState(
    new MemoryDatabase(),
    new CodeStore(1 << 20),
    { accounts: 100, slots: 100 },
    machineModules.seed,
  );
  return new WorldState(state, keccak256, machineModules.seed);
}

/** Program in the assembler's language. */
export function runCode(program: string, options: RunOptions = {}): Run {
  const {
    gas = 10_000_000,
    input = new Uint8Array(0),
    value = 0,
    meter = new GasMeter(),
    isStatic = false,
    modules = machineModules,
  } = options;
  const world = emptyWorld();
  for (const [address, text] of Object.entries({ ...options.others, [CONTRACT]: program })) {
    world.replaceAccount(Number(address));
    world.setCode(Number(address), assemble(text));
  }
  world.endTransaction();
  const block = { number: 7, timestamp: 1_700_000_000_000, coinbase: 0xbe, blockHash: () => 0 };
  const machine = new Machine({ world, block, meter, transaction: { origin: CALLER, gasPrice: 1 } }, modules);
  const outcome = machine.call({
    codeAddress: CONTRACT,
    self: CONTRACT,
    caller: CALLER,
    value,
    input,
    isStatic,
    depth: 0,
    gas,
  });
  return { ...outcome, machine, world, spent: typeof gas === 'number' ? gas - Number(outcome.gasLeft) : 0 };
}
