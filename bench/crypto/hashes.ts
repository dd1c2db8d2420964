// SM3 and Keccak-256 of what a node hashes, beside each package that offers them. Each way gives the digest as bytes of its own.

import { hash } from 'node:crypto';
import { keccak256, keccak256Into, keccak256Many } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import { equalBytes } from '@hexapod/protocol/bytes';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { createKeccak, createSM3 } from 'hash-wasm';
import jsSha3 from 'js-sha3';
import createKeccakHash from 'keccak';
import { sm3 as smCryptoSm3 } from 'sm-crypto-v2';
import { ratioRows, type Way } from './measure.ts';

/** A transaction, a call with data, a branch of a trie. */
const LENGTHS = [100, 300, 500, 532] as const;

interface HashWay {
  readonly name: string;
  digest(data: Uint8Array): Uint8Array;
}

const [wasmKeccak, wasmSm3] = await Promise.all([createKeccak(256), createSM3()]);

const KECCAK: readonly HashWay[] = [
  { name: 'ours', digest: keccak256 },
  { name: 'hash-wasm', digest: (data) => wasmKeccak.init().update(data).digest('binary') },
  { name: 'js-sha3', digest: (data) => new Uint8Array(jsSha3.keccak256.arrayBuffer(data)) },
  { name: '@noble/hashes', digest: (data) => keccak_256(data) },
  {
    name: 'keccak (native)',
    digest: (data) =>
      createKeccakHash('keccak256')
        .update(data as Buffer)
        .digest(),
  },
];

const SM3: readonly HashWay[] = [
  { name: 'ours', digest: sm3 },
  { name: 'node:crypto, as a buffer', digest: (data) => hash('sm3', data, 'buffer') },
  {
    name: 'node:crypto, as a string',
    digest: (data) => Buffer.from(hash('sm3', data, 'latin1'), 'latin1'),
  },
  { name: 'hash-wasm', digest: (data) => wasmSm3.init().update(data).digest('binary') },
  { name: 'sm-crypto-v2', digest: (data) => Uint8Array.fromHex(smCryptoSm3(data)) },
];

function rowsOf(what: string, ways: readonly HashWay[], length: number): object[] {
  // The native package takes nothing but a Buffer.
  const data = Buffer.alloc(length, 7);
  const expected = ways[0]?.digest(data) ?? data;
  for (const { name, digest } of ways) {
    if (!equalBytes(digest(data), expected)) throw new Error(`${what}: ${name} has another digest`);
  }
  const measured: Way[] = ways.map(({ name, digest }) => ({ name, run: () => digest(data) }));
  return ratioRows(`${what} of ${length} bytes`, measured);
}

/** What the variants for many hashes gain. */
function keccakVariants(length: number): object[] {
  const data = new Uint8Array(length).fill(7);
  const many = Array<Uint8Array>(64).fill(data);
  const out = new Uint8Array(64);
  return ratioRows(`64 × Keccak-256 of ${length} bytes`, [
    { name: 'keccak256Many', run: () => keccak256Many(many) },
    { name: 'keccak256', run: () => many.map(keccak256) },
    {
      name: 'keccak256Into',
      run: () => {
        for (const one of many) keccak256Into(one, out, 32);
      },
    },
  ]);
}

export function hashRows(): object[] {
  return [
    ...LENGTHS.flatMap((length) => rowsOf('SM3', SM3, length)),
    ...LENGTHS.flatMap((length) => rowsOf('Keccak-256', KECCAK, length)),
    ...keccakVariants(532),
  ];
}
