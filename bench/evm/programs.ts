// The loops of bench/evm.ts: the same byte code for both machines, valid under the rules of both. Each counts a number of
// iterations from the call data down to zero and returns what it computed.

import { assemble } from '../../services/executor/test/assemble.ts';

export interface Loop {
  readonly name: string;
  readonly code: Uint8Array;
  /** How many times faster than the peer we want to be. */
  readonly wanted: number;
}

/** Stack before and after the body: … counter. What the body leaves below the counter is set up by `before`. */
function loop(name: string, wanted: number, before: string, body: string, result: string): Loop {
  const text = `${before} 0 CALLDATALOAD
    next: DUP1 ISZERO @end JUMPI ${body} 1 SWAP1 SUB @next JUMP
    end: POP ${result} 0 MSTORE 32 0 RETURN`;
  return { name, wanted, code: assemble(text) };
}

const BIG_FACTOR = '0xfedcba98765432100123456789abcdefdeadbeefcafebabe0f1e2d3c4b5a6977';
const BIG_TERM = '0x8000000000000000deadbeef00000000123456789abcdef00000000000000001';

export const LOOPS: readonly Loop[] = [
  // x = ((3 x + counter) mod 1000003) ^ (x & 255), and a branch that is taken half the time
  loop(
    'arithmetic, small words',
    20,
    '7',
    `SWAP1 DUP1 255 AND SWAP1 3 MUL DUP3 ADD 1000003 SWAP1 MOD XOR
     DUP1 1 AND @odd JUMPI 5 ADD odd: SWAP1`,
    '',
  ),
  // x = x * FACTOR + TERM; x ^= x >> 13; y += x; y -= ~x; all 256 bits wide
  loop(
    'arithmetic, 256 bits',
    5,
    `${BIG_TERM} ${BIG_FACTOR}`,
    `SWAP1 ${BIG_FACTOR} MUL ${BIG_TERM} ADD DUP1 13 SHR XOR
     SWAP2 DUP3 ADD DUP3 NOT SWAP1 SUB SWAP2 SWAP1`,
    'XOR',
  ),
  // slot[counter & 15] += counter
  loop('storage', 50, '', 'DUP1 15 AND DUP1 SLOAD DUP3 ADD SWAP1 SSTORE', '0 SLOAD'),
  // x = keccak(x, counter)
  loop('Keccak', 8, '7', 'SWAP1 0 MSTORE DUP1 32 MSTORE 64 0 SHA3 SWAP1', ''),
];
