// Compiles Counter.sol and writes what comes out: Counter.json, everything one needs to deploy and to call it, and
// Counter.bin, the creation code alone, for a command line. `node examples/counter/compile.ts` from the project's folder.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import solc from 'solc';

/** `london` is the newest instruction set the chain's EVM knows: later ones use PUSH0 (docs/protocol/executor.md 5). */
const SETTINGS = { optimizer: { enabled: true, runs: 200 }, evmVersion: 'london' };

export interface CompiledContract {
  readonly contract: string;
  readonly compiler: string;
  readonly settings: typeof SETTINGS;
  readonly source: string;
  readonly abi: readonly unknown[];
  /** Signature to the first four bytes of its call data. */
  readonly selectors: Readonly<Record<string, string>>;
  /** Creation code: the data of the transaction that deploys the contract. */
  readonly bytecode: string;
  /** The code of the deployed contract. */
  readonly deployedBytecode: string;
}

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Record<
    string,
    Record<
      string,
      {
        readonly abi: readonly unknown[];
        readonly evm: {
          readonly bytecode: { readonly object: string };
          readonly deployedBytecode: { readonly object: string };
          readonly methodIdentifiers: Readonly<Record<string, string>>;
        };
      }
    >
  >;
}

/** Compiles one contract of one source text. Throws with the compiler's own text when that fails. */
export function compile(contract: string, source: string): CompiledContract {
  const file = `${contract}.sol`;
  const input = {
    language: 'Solidity',
    sources: { [file]: { content: source } },
    settings: {
      ...SETTINGS,
      outputSelection: {
        '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'evm.methodIdentifiers'] },
      },
    },
  };
  const output: CompilerOutput = JSON.parse(solc.compile(JSON.stringify(input)));
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error');
  const compiled = output.contracts?.[file]?.[contract];
  if (errors.length > 0 || !compiled) {
    const texts = errors.map(({ formattedMessage }) => formattedMessage);
    throw new Error(`${file} does not compile:\n${texts.join('\n') || `it has no contract ${contract}`}`);
  }
  const { abi, evm } = compiled;
  const selectors = Object.entries(evm.methodIdentifiers).map(([name, digits]) => [name, `0x${digits}`]);
  return {
    contract,
    compiler: solc.version(),
    settings: SETTINGS,
    source,
    abi,
    selectors: Object.fromEntries(selectors),
    bytecode: `0x${evm.bytecode.object}`,
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
  };
}

const here = (name: string): URL => new URL(name, import.meta.url);

/** The texts of the files that the compilation of Counter.sol yields, by name. */
export function counterFiles(): Readonly<Record<string, string>> {
  const compiled = compile('Counter', readFileSync(here('Counter.sol'), 'utf8'));
  return {
    'Counter.json': `${JSON.stringify(compiled, null, 2)}\n`,
    'Counter.bin': `${compiled.bytecode}\n`,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of Object.entries(counterFiles())) {
    writeFileSync(here(name), text);
    process.stdout.write(`${name}: ${text.length} bytes\n`);
  }
}
