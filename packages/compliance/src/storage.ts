// The contract of the storage process (docs/protocol/storage.md 2 to 6).

import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { answerOf, be64, bytes, type Check, codeOf, type Suite } from './check.ts';
import type { Message, Outcome, Peer } from './peer.ts';

const SERVICE = 'storage.StorageService';
const INVALID_VALUE = 146;
const NOT_FOUND = 601;
const INVALID_REGION = 602;
const INVALID_KEY = 603;
const BAD_REGION = 604;

/** Heights far above any real chain, so that a suite may run beside one. */
const FAR = 0x7f00_0000_0000_0000n;

const store = (peer: Peer, request: Message): Promise<Outcome> => peer.call(SERVICE, 'Store', request);
const load = (peer: Peer, request: Message): Promise<Outcome> => peer.call(SERVICE, 'Load', request);
const remove = (peer: Peer, request: Message): Promise<Outcome> => peer.call(SERVICE, 'Delete', request);

/** A key of the right length for a region (storage.md 2, row 2). */
function keyFor(region: number, seed: bigint): Buffer {
  return [1, 7, 8, 9].includes(region)
    ? Buffer.concat([be64(FAR + seed), Buffer.alloc(24)])
    : be64(FAR + seed);
}

/** A value of a length that a region takes (storage.md 2, row 3). */
function valueFor(region: number): Buffer {
  if (region === 4 || region === 6) return Buffer.alloc(32, region);
  return region === 7 || region === 8 ? be64(FAR) : Buffer.from(`value of region ${region}`);
}

const plainRegions: Check[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((region) => ({
  name: `region ${region}: Store, Load, overwrite, Delete (storage.md 2)`,
  async run(peer) {
    const key = keyFor(region, 1n);
    const value = valueFor(region);
    strictEqual(codeOf(await store(peer, { region, key, value })), 0);
    const loaded = await load(peer, { region, key });
    strictEqual(codeOf(loaded), 0);
    deepStrictEqual(answerOf(loaded).value, value);
    const other = Buffer.from(value).fill(7);
    strictEqual(codeOf(await store(peer, { region, key, value: other })), 0);
    deepStrictEqual(answerOf(await load(peer, { region, key })).value, other);
    strictEqual(codeOf(await remove(peer, { region, key })), 0);
    const gone = await load(peer, { region, key });
    strictEqual(codeOf(gone), NOT_FOUND);
    deepStrictEqual(answerOf(gone).value, Buffer.alloc(0));
    strictEqual(codeOf(await remove(peer, { region, key })), 0);
  },
}));

const keyLengths: Check[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((region) => ({
  name: `region ${region}: a key one byte too short or long is InvalidKey in every rpc (storage.md 2)`,
  async run(peer) {
    const key = keyFor(region, 2n);
    for (const wrong of [key.subarray(1), Buffer.concat([key, Buffer.alloc(1)]), Buffer.alloc(0)]) {
      strictEqual(codeOf(await store(peer, { region, key: wrong, value: valueFor(region) })), INVALID_KEY);
      strictEqual(codeOf(await load(peer, { region, key: wrong })), INVALID_KEY);
      strictEqual(codeOf(await remove(peer, { region, key: wrong })), INVALID_KEY);
    }
  },
}));

const valueLengths: Check[] = [4, 6, 7, 8].map((region) => ({
  name: `region ${region}: a value of another length is InvalidValue (storage.md 2)`,
  async run(peer) {
    const key = keyFor(region, 3n);
    const value = valueFor(region);
    for (const wrong of [value.subarray(1), Buffer.concat([value, Buffer.alloc(1)]), Buffer.alloc(0)]) {
      strictEqual(codeOf(await store(peer, { region, key, value: wrong })), INVALID_VALUE);
    }
    strictEqual(codeOf(await load(peer, { region, key })), NOT_FOUND);
  },
}));

const others: Check[] = [
  {
    name: 'an empty value is a value, not NotFound (storage.md 2)',
    async run(peer) {
      const key = keyFor(5, 4n);
      strictEqual(codeOf(await store(peer, { region: 5, key, value: Buffer.alloc(0) })), 0);
      strictEqual(codeOf(await load(peer, { region: 5, key })), 0);
      strictEqual(codeOf(await remove(peer, { region: 5, key })), 0);
    },
  },
  {
    name: 'regions from 13 on are InvalidRegion, also 2^32 - 1 (storage.md 2)',
    async run(peer) {
      for (const region of [13, 14, 4_294_967_295]) {
        strictEqual(codeOf(await store(peer, { region, key: be64(1n), value: be64(1n) })), INVALID_REGION);
        strictEqual(codeOf(await load(peer, { region, key: be64(1n) })), INVALID_REGION);
        strictEqual(codeOf(await remove(peer, { region, key: be64(1n) })), INVALID_REGION);
      }
    },
  },
  {
    name: 'regions 11 and 12 have no table: BadRegion where they are not served (storage.md 2)',
    async run(peer) {
      const key = be64(FAR);
      strictEqual(codeOf(await store(peer, { region: 11, key, value: be64(1n) })), BAD_REGION);
      strictEqual(codeOf(await remove(peer, { region: 11, key })), BAD_REGION);
      strictEqual(codeOf(await load(peer, { region: 12, key })), BAD_REGION);
      strictEqual(codeOf(await remove(peer, { region: 12, key })), BAD_REGION);
      strictEqual(codeOf(await load(peer, { region: 11, key })), NOT_FOUND);
    },
  },
  {
    name: 'a damaged block: DecodeError, NoneBlockHeader, NoneBlockBody (storage.md 4)',
    async run(peer) {
      const key = be64(FAR + 9n);
      const block = (hex: string): Message => ({ region: 12, key, value: bytes(hex) });
      strictEqual(codeOf(await store(peer, block('ff'))), 123);
      strictEqual(codeOf(await store(peer, block(''))), 114);
      strictEqual(codeOf(await store(peer, block('1a00'))), 114);
      strictEqual(codeOf(await store(peer, block('1200'))), 113);
      strictEqual(codeOf(await load(peer, { region: 10, key })), NOT_FOUND);
    },
  },
  {
    name: 'health is SERVING, whatever name is asked for (storage.md 8)',
    async run(peer) {
      strictEqual(await peer.health(), 'SERVING');
      strictEqual(await peer.health('anything'), 'SERVING');
    },
  },
];

export const storageSuite: Suite = {
  process: 'storage',
  checks: [...plainRegions, ...keyLengths, ...valueLengths, ...others],
};
