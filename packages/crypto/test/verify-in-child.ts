// For tests of other processors: says as JSON what the verifier of a fresh process makes of the vectors, and why it is slow.
// Usage: node [FLAGS OF V8] packages/crypto/test/verify-in-child.ts

import { sm2Verifier } from '../src/sm2-verifier.ts';
import { SM2 } from './vectors.ts';

const verifier = sm2Verifier();
const answers = SM2.map(({ message, r, s, publicKey }) => {
  const signature = Uint8Array.fromHex(r + s + publicKey);
  const changed = signature.with(0, (signature[0] ?? 0) ^ 1);
  return [verifier.verifyStrict(message, signature), verifier.verifyStrict(message, changed)];
});
process.stdout.write(JSON.stringify({ slowBecause: verifier.slowBecause?.message, answers }));
