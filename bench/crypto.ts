// Hashes and signatures on one core, beside the packages that offer them; and lists of transactions through a crypto process with
// all its threads.
// Usage: node bench/crypto.ts [hashes] [secp256k1] [sm2] [lists]

import { availableParallelism } from 'node:os';
import { hashRows } from './crypto/hashes.ts';
import { listRows } from './crypto/lists.ts';
import { secp256k1Rows } from './crypto/secp256k1.ts';
import { sm2Rows } from './crypto/sm2.ts';

type Table = readonly object[];

/** What can be measured alone: the tables of each. */
const SECTIONS: Readonly<Record<string, () => Promise<readonly Table[]>>> = {
  hashes: async () => [hashRows()],
  secp256k1: async () => [await secp256k1Rows()],
  sm2: async () => sm2Rows(),
  lists: async () => [await listRows('sm'), await listRows('eth')],
};

const wanted = process.argv.slice(2);
process.stdout.write(
  `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${availableParallelism()} cores\n`,
);
for (const [name, tables] of Object.entries(SECTIONS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stdout.write(`\n${name}\n`);
  for (const table of await tables()) console.table(table);
}
