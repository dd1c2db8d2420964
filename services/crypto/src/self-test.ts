// A machine that computes wrongly, a library that does not load as it should, a key that does not sign: that must show at the
// start, not in the first vote.

import { StartupError } from '@hexapod/common/startup-error';
import type { Signer, Suite, SuiteName } from '@hexapod/crypto/suite';
import { equalBytes, fromHex, toHex } from '@hexapod/protocol/bytes';
import { StatusError } from '@hexapod/protocol/status-code';

interface KnownAnswers {
  /** Text, how often it is repeated, and its hash. */
  readonly hashes: readonly (readonly [text: string, times: number, hash: string])[];
  readonly message: string;
  readonly signature: string;
  readonly address: string;
}

/** From docs/protocol/crypto.md 9: SM3, Keccak-256; V2 with the example key; the text of Nakamoto with the private key 1. */
const KNOWN: Readonly<Record<SuiteName, KnownAnswers>> = {
  sm: {
    hashes: [
      ['abc', 1, '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
      ['a', 1_000_000, 'c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3'],
    ],
    message: '39ad9832dad1e615faf8eebe25459392c75e449ac9b9616edf2d721649bad247',
    signature:
      '11974fa6ea35eb4b1188ef7c1e02f31138576ae1a23733d07dbfa72e7b0eafba' +
      '48842565b2a608bcbf08c9bf571a75354a37e779291761e49974682d6c35aaac' +
      'ec1a47985dec9762d22b69b2406acefa5e5b9c07408b78b6164b0295c9177639' +
      'c9d3cce3cbb3fa45d5b8fff5252dee10f66b3967bdb37ddaecbb99ec417e2f3a',
    address: '14a0d0eb5538d1c5cc69d0f54c18bafec75ba95c',
  },
  eth: {
    hashes: [
      ['abc', 1, '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
      ['a', 136, 'a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e'],
    ],
    message: 'a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e',
    signature:
      '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8' +
      '2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e501',
    address: '7e5f4552091a69125d5dfcb7b8c2659029395bdf',
  },
};

/** Hashes, verifies and signs. Throws StartupError that says what went wrong. */
export function testItself(suite: Suite, signer: Signer): void {
  const { hashes, message, signature, address } = KNOWN[suite.name];
  for (const [text, times, expected] of hashes) {
    const hash = toHex(suite.hash(new TextEncoder().encode(text.repeat(times))));
    if (hash !== expected)
      throw failed(suite, `the hash of ${times} × "${text}" is ${hash}, not ${expected}`);
  }
  testSignature(suite, 'a known signature', fromHex(message), fromHex(signature), fromHex(address));
  const ownMessage = suite.hash(signer.publicKey);
  const ownSignature = signed(suite, signer, ownMessage);
  testSignature(suite, 'a signature made with the private key', ownMessage, ownSignature, signer.address);
}

/** It must be the signer's for its message, and not for another one. */
function testSignature(
  suite: Suite,
  what: string,
  message: Uint8Array,
  signature: Uint8Array,
  address: Uint8Array,
): void {
  const other = message.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
  for (const rule of ['recover', 'recoverStrict'] as const) {
    let recovered: Uint8Array;
    try {
      recovered = suite[rule](message, signature);
    } catch (cause) {
      throw failed(suite, `${what} is refused (${rule})`, cause);
    }
    if (!equalBytes(recovered, address)) {
      throw failed(suite, `${what} gives the address ${toHex(recovered)}, not ${toHex(address)} (${rule})`);
    }
    if (isSignedBy(suite, rule, other, signature, address)) {
      throw failed(suite, `${what} counts for another message, too (${rule})`);
    }
  }
}

function isSignedBy(
  suite: Suite,
  rule: 'recover' | 'recoverStrict',
  message: Uint8Array,
  signature: Uint8Array,
  address: Uint8Array,
): boolean {
  try {
    return equalBytes(suite[rule](message, signature), address);
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
}

function signed(suite: Suite, signer: Signer, message: Uint8Array): Uint8Array {
  try {
    return signer.sign(message);
  } catch (cause) {
    throw failed(suite, 'nothing can be signed with the private key', cause);
  }
}

function failed(suite: Suite, what: string, cause?: unknown): StartupError {
  const text = `the ${suite.name} self-test failed: ${what}: this machine or this installation computes wrongly, install anew`;
  return new StartupError(text, { cause });
}
