/** The machine under test: interpreting only, or compiling what is hot, or everything that can be compiled. */
import type { MachineModules } from '../src/evm/machine.ts';
import { machineModules } from '../test/chain-in-memory.ts';

export const COMPILED = ['never'] as const;
export type Compiled = (typeof COMPILED)[number];

/** A machine of its own: what it compiled is known to it only. */
export function machineOf(_compiled: Compiled): MachineModules {
  return { ...machineModules };
}
