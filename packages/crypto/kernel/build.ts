// npm run kernel: compiles the sources of each WebAssembly kernel (AssemblyScript, a folder each) to the binary that is
// checked in beside the folder. A test compiles them again and compares the bytes.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Of each kernel, by the name of its folder: the file that exports what the host calls, and what the compiler is told. */
export const KERNELS = {
  keccak: { entry: 'keccak/kernel.ts', options: ['--enable', 'simd'] },
  sm3: { entry: 'sm3/kernel.ts', options: [] },
  sm2: { entry: 'sm2/kernel.ts', options: ['--enable', 'simd', '--enable', 'relaxed-simd'] },
  secp256k1: { entry: 'secp256k1/kernel.ts', options: ['--enable', 'simd', '--enable', 'relaxed-simd'] },
} as const;

export type KernelName = keyof typeof KERNELS;
export const KERNEL_NAMES = Object.keys(KERNELS) as readonly KernelName[];

/** No runtime, no garbage: a kernel lays out its memory by itself, and has no function that could abort. */
const COMMON_OPTIONS = ['-O3', '--converge', '--runtime', 'stub', '--noAssert', '--use', 'abort='];

// A process of its own: the compiler's types would redefine `console` and other globals of ours.
const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'));
const folder = fileURLToPath(new URL('.', import.meta.url));
const execute = promisify(execFile);

export function binaryOf(name: KernelName): URL {
  return new URL(`${name}.wasm`, import.meta.url);
}

/** The binary. Rejects with the compiler's text. */
export async function compile(name: KernelName): Promise<Uint8Array> {
  const { entry, options } = KERNELS[name];
  const output = await mkdtemp(join(tmpdir(), 'hexapod-kernel-'));
  try {
    const file = join(output, 'kernel.wasm');
    await execute(process.execPath, [compiler, entry, '--outFile', file, ...COMMON_OPTIONS, ...options], {
      cwd: folder,
    });
    return await readFile(file);
  } finally {
    await rm(output, { recursive: true });
  }
}

if (import.meta.main) {
  for (const name of KERNEL_NAMES) {
    const binary = await compile(name);
    await writeFile(binaryOf(name), binary);
    process.stdout.write(`packages/crypto/kernel/${name}.wasm: ${binary.length} bytes\n`);
  }
}
