/** The machine under test: one that only interprets, or one that also compiles byte code. */
import { Compiler, type CompilerOptions } from '../src/evm/compiler/compiler.ts';
import type { MachineModules } from '../src/evm/machine.ts';
import { machineModules } from '../test/chain-in-memory.ts';

/** `hot`: what is arrived at a few times, in so little memory that compiled code is dropped and made again. */
const COMPILERS = {
  never: undefined,
  hot: { hotAfter: 3, maxBytes: 1 << 19 },
  always: { hotAfter: 0, burst: 1e12 },
} as const satisfies Record<string, CompilerOptions | undefined>;

export type Compiled = keyof typeof COMPILERS;
export const COMPILED = Object.keys(COMPILERS) as readonly Compiled[];

/** A machine of its own: what it compiles is known to it only. */
export function machineOf(compiled: Compiled): MachineModules {
  const options = COMPILERS[compiled];
  const { compiler: _, ...interpreting } = machineModules;
  return options === undefined ? interpreting : { ...interpreting, compiler: new Compiler(options) };
}
