/**
 * The contracts of ./solidity and of OpenZeppelin, compiled for london. The compiler takes seconds, so what it said
 * is kept until a source or the compiler changes.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { keccak_256 } from '@noble/hashes/sha3.js';

export interface Contract {
  /** Init code, without arguments of the constructor. */
  readonly bytecode: Uint8Array;
  /** Signature, like `transfer(address,uint256)`, to selector. */
  readonly selectors: Readonly<Record<string, string>>;
}

interface Compiled {
  readonly evm: {
    readonly bytecode: { readonly object: string };
    readonly methodIdentifiers: Readonly<Record<string, string>>;
  };
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Readonly<Record<string, Readonly<Record<string, Compiled>>>>;
}

/** As much of the npm package as is used. */
interface Solc {
  version(): string;
  compile(input: string, callbacks: { import(path: string): { readonly contents: string } }): string;
}

const require = createRequire(import.meta.url);
const SOURCES = new URL('./solidity/', import.meta.url);
const CACHE = new URL('../node_modules/.cache/', import.meta.url);

function inputText(file: string): string {
  const content = readFileSync(new URL(file, SOURCES), 'utf8');
  return JSON.stringify({
    language: 'Solidity',
    sources: { [file]: { content } },
    settings: {
      // No PUSH0 (docs/protocol/executor.md 5.1).
      evmVersion: 'london',
      optimizer: { enabled: true },
      outputSelection: { '*': { '*': ['evm.bytecode.object', 'evm.methodIdentifiers'] } },
    },
  });
}

async function compile(input: string): Promise<Output> {
  const { default: solc }: { default: Solc } = await import('solc');
  const callbacks = { import: (path: string) => ({ contents: readFileSync(require.resolve(path), 'utf8') }) };
  const output: Output = JSON.parse(solc.compile(input, callbacks));
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
  return output;
}

async function outputOf(input: string): Promise<Output> {
  const versions: string[] = [
    require('solc/package.json').version,
    require('@openzeppelin/contracts/package.json').version,
  ];
  const name = createHash('sha256')
    .update(`${versions.join(' ')}\n${input}`)
    .digest('hex')
    .slice(0, 32);
  const file = new URL(`solidity-${name}.json`, CACHE);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const output = await compile(input);
  mkdirSync(CACHE, { recursive: true });
  // Another test may be doing the same: whole files only.
  const unfinished = new URL(`solidity-${name}.${process.pid}.tmp`, CACHE);
  writeFileSync(unfinished, JSON.stringify(output));
  renameSync(unfinished, file);
  return output;
}

const contracts = new Map<string, Contract>();

/** Makes the contracts of a file of ./solidity, and of what it imports, known to `contractOf`. */
export async function useContracts(file: string): Promise<void> {
  const output = await outputOf(inputText(file));
  for (const [name, { evm }] of Object.values(output.contracts).flatMap(Object.entries<Compiled>)) {
    const bytecode = fromHex(evm.bytecode.object);
    contracts.set(name, { bytecode, selectors: evm.methodIdentifiers });
  }
}

/** A contract by its name. */
export function contractOf(name: string): Contract {
  const contract = contracts.get(name);
  if (contract === undefined) throw new Error(`no contract ${name}: useContracts() first`);
  return contract;
}

/** Hash of a signature: the first topic of an event; its first four bytes select a function or name an error. */
export function signatureHash(signature: string): string {
  return toHex(keccak_256(new TextEncoder().encode(signature)));
}
