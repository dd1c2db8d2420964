// Starts a kernel of ../kernel: a small WebAssembly module with memory of its own, synchronously.

import { readFileSync } from 'node:fs';

/** What every kernel exports; its addresses, counts and functions have the names that they have in its kernel.ts. */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
}

/** Throws for a machine without WebAssembly, or without what the kernel needs of it. @param name of the binary */
export function startKernel<K extends Kernel>(name: string): K {
  const binary = readFileSync(new URL(`../kernel/${name}.wasm`, import.meta.url));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
  // Compiled from sources in this package, and tested to be (kernel/build.test.ts): it has what its interface says.
  return exports as WebAssembly.Exports & K;
}

/** What was thrown where a kernel does not start. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
