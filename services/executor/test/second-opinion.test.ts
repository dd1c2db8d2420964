/** Where the rules are Ethereum's, random programs give what @ethereumjs/evm gives (docs/protocol/executor.md 13). */
import { createEVM } from '@ethereumjs/evm';
import { toHex } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assemble } from './assemble.ts';
import { runCode } from './run-code.ts';

const word = fc
  .tuple(fc.bigInt(0n, (1n << 256n) - 1n), fc.constantFrom(1, 8, 16, 32, 53, 64, 160, 255, 256))
  .map(([value, bits]) => BigInt.asUintN(bits, value));
const small = fc.integer({ min: 0, max: 300 });

const one = (names: readonly string[]) => fc.constantFrom(...names);
const program = fc
  .array(
    fc.oneof(
      fc
        .tuple(word, word, one('ADD MUL SUB DIV SDIV MOD SMOD EXP LT GT SLT SGT EQ AND OR XOR'.split(' ')))
        .map(([a, b, name]) => `${a} ${b} ${name}`),
      fc
        .tuple(word, small, one(['SHL', 'SHR', 'SAR', 'BYTE', 'SIGNEXTEND']))
        .map(([a, b, name]) => `${a} ${b} ${name}`),
      fc
        .tuple(word, word, word, one(['ADDMOD', 'MULMOD']))
        .map(([a, b, c, name]) => `${a} ${b} ${c} ${name}`),
      fc.tuple(word, one(['NOT', 'ISZERO'])).map(([a, name]) => `${a} ${name}`),
      fc.tuple(small, small).map(([length, offset]) => `${length} ${offset} SHA3`),
      fc.tuple(word, small).map(([value, offset]) => `${value} ${offset} MSTORE MSIZE`),
      fc.tuple(word, small).map(([value, offset]) => `${value} ${offset} MSTORE8 ${offset} MLOAD`),
      fc
        .tuple(small, small, small)
        .map(([length, from, to]) => `${length} ${from} ${to} CODECOPY ${to} MLOAD`),
      fc
        .tuple(small, small, small)
        .map(([length, from, to]) => `${length} ${from} ${to} CALLDATACOPY ${to} MLOAD`),
      fc.oneof(small, word).map((offset) => `${offset} CALLDATALOAD`),
      fc.tuple(word, word).map(([a, b]) => `${a} ${b} DUP2 SWAP1 SUB`),
    ),
    { minLength: 1, maxLength: 12 },
  )
  // Everything left on the stack is folded into memory and returned.
  .map((steps) => `${steps.map((step, i) => `${step} ${1000 + 32 * i} MSTORE`).join(' ')} 400 1000 RETURN`);

const GAS = 5_000_000;

test('random programs agree', async () => {
  const evm = await createEVM();
  await fc.assert(
    fc.asyncProperty(program, fc.uint8Array({ maxLength: 80 }), async (text, input) => {
      const code = assemble(text);
      const theirs = await evm.runCode({ code, data: input, gasLimit: BigInt(GAS) });
      const ours = runCode(text, { input, gas: GAS });
      expect(theirs.exceptionError).toBeUndefined();
      expect(ours.status).toBe('stopped');
      expect(toHex(ours.output)).toBe(toHex(theirs.returnValue));
    }),
    { numRuns: 150 },
  );
});
