// Hashes and secp256k1 on one core, beside the packages that offer them; and lists of transactions through a crypto process with
// all its threads. SM2 has a bench of its own: crypto/sm2.ts.
// Usage: node bench/crypto.ts [hashes] [secp256k1] [lists]

import { availableParallelism } from 'node:os';
import { hashRows } from './crypto/hashes.ts';
import { listRows } from './crypto/lists.ts';
import { secp256k1Rows } from './crypto/secp256k1.ts';

/** What can be measured alone. */
const SECTIONS = {
  hashes: hashRows,
  secp256k1: secp256k1Rows,
  lists: async () => [...(await listRows('sm')), ...(await listRows('eth'))],
} as const;

const wanted = process.argv.slice(2);
process.stdout.write(
  `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${availableParallelism()} cores\n`,
);
for (const [name, rows] of Object.entries(SECTIONS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  console.table(await rows());
}
