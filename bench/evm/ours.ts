// Our machine in the benches of the EVM: the code at an address, and a transaction's outermost call of it.

import { keccak256 } from '@hexapod/crypto/keccak';
import { Compiler } from '../../services/executor/src/evm/compiler/compiler.ts';
import { FramePool } from '../../services/executor/src/evm/frame-pool.ts';
import { GasMeter } from '../../services/executor/src/evm/gas-meter.ts';
import { Machine, type MachineModules } from '../../services/executor/src/evm/machine.ts';
import { loadRecoverSigner } from '../../services/executor/src/recover-signer.ts';
import { CodeStore, HeadState } from '../../services/executor/src/state/state-reader.ts';
import { WorldState } from '../../services/executor/src/state/world-state.ts';
import { MemoryDatabase } from '../../services/executor/test/memory-database.ts';

const SEED = 1;
const CONTRACT = 0xc0de;
const GAS = Number.MAX_SAFE_INTEGER;
const BLOCK = { number: 1, timestamp: 1, coinbase: 0, blockHash: () => 0 };

export async function machineModules(compiles: boolean): Promise<MachineModules> {
  const modules = {
    keccak: keccak256,
    recover: await loadRecoverSigner(),
    pool: new FramePool(),
    seed: SEED,
  };
  return compiles ? { ...modules, compiler: new Compiler() } : modules;
}

/** A function that runs the code with an input and returns its output. */
export function prepare(code: Uint8Array, modules: MachineModules): (input: Uint8Array) => Uint8Array {
  const codes = new CodeStore(1 << 20);
  const head = new HeadState(new MemoryDatabase(), codes, { accounts: 100, slots: 100 }, SEED);
  const world = new WorldState(head, keccak256, SEED);
  world.replaceAccount(CONTRACT);
  world.setCode(CONTRACT, code);
  const spec = {
    codeAddress: CONTRACT,
    self: CONTRACT,
    caller: 1,
    value: 0,
    isStatic: false,
    depth: 0,
    gas: GAS,
  };
  return (input) => {
    world.endTransaction();
    const options = { world, block: BLOCK, transaction: { origin: 1, gasPrice: 1 }, meter: new GasMeter() };
    const { status, output } = new Machine(options, modules).call({ ...spec, input });
    if (status !== 'stopped') throw new Error(`the loop ended with ${status}`);
    return output;
  };
}
