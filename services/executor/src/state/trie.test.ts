import { keccak256, keccak256Into } from '@hexapod/crypto/keccak';
import { toHex } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wordToBytes } from '../evm/word.ts';
import { accountRlp, FRESH_ACCOUNT } from './account.ts';
import { RefPool } from './branch.ts';
import { hexPrefix, toNibbles } from './nibbles.ts';
import { encodeList, encodeString } from './rlp.ts';
import { EMPTY_ROOT_HEX, type NodeStore, Trie } from './trie.ts';

class MapStore implements NodeStore {
  readonly nodes = new Map<string, string>();
  /** The flat state as it was after the last commit. */
  readonly values = new Map<string, Uint8Array>();
  reads = 0;

  get(key: Uint8Array, depth: number): Uint8Array | undefined {
    this.reads++;
    const row = this.nodes.get(name(key, depth));
    return row === undefined ? undefined : Uint8Array.fromHex(row);
  }

  put(key: Uint8Array, depth: number, row: Uint8Array): void {
    this.nodes.set(name(key, depth), toHex(row));
  }

  delete(key: Uint8Array, depth: number): void {
    this.nodes.delete(name(key, depth));
  }

  value(key: Uint8Array): Uint8Array {
    const value = this.values.get(toHex(key));
    if (value === undefined) throw new Error(`no value for ${toHex(key)}`);
    return value;
  }
}

function name(key: Uint8Array, depth: number): string {
  return depth < 0 ? 'root' : toHex(key).slice(0, depth);
}

type Entries = ReadonlyMap<string, Uint8Array | undefined>;

const pool = new RefPool();

function open(store: MapStore, keyBytes: number): Trie {
  return new Trie(keyBytes, store.get(new Uint8Array(0), -1), { keccakInto: keccak256Into, pool });
}

function change(trie: Trie, store: MapStore, entries: Entries, serial = 1): string {
  for (const [key, value] of entries) trie.set(Uint8Array.fromHex(key), value, store);
  const root = toHex(trie.commit(serial, store));
  for (const [key, value] of entries) {
    if (value === undefined) store.values.delete(key);
    else store.values.set(key, value);
  }
  return root;
}

/** With a trie that knows nothing but the rows. */
function apply(store: MapStore, entries: Entries): string {
  const [first = '00'] = entries.keys();
  const trie = open(store, first.length / 2);
  const root = change(trie, store, entries);
  trie.close();
  return root;
}

/** The definition, from scratch and as plainly as it can be said. */
function plainRoot(entries: ReadonlyMap<string, Uint8Array>): string {
  const items = [...entries].map(([key, value]) => ({ key: toNibbles(Uint8Array.fromHex(key)), value }));
  if (items.length === 0) return EMPTY_ROOT_HEX;
  return toHex(keccak256(plainNode(items, 0)));
}

function plainNode(items: readonly { key: Uint8Array; value: Uint8Array }[], depth: number): Uint8Array {
  const [first] = items;
  if (first === undefined) return Uint8Array.of(0x80);
  if (items.length === 1) {
    return encodeList([encodeString(hexPrefix(first.key.slice(depth), true)), encodeString(first.value)]);
  }
  let end = depth;
  while (items.every(({ key }) => key[end] === first.key[end])) end++;
  if (end > depth) {
    return encodeList([encodeString(hexPrefix(first.key.slice(depth, end), false)), plainRef(items, end)]);
  }
  const children = Array.from({ length: 16 }, (_, nibble) =>
    plainRef(
      items.filter(({ key }) => key[depth] === nibble),
      depth + 1,
    ),
  );
  return encodeList([...children, Uint8Array.of(0x80)]);
}

function plainRef(items: readonly { key: Uint8Array; value: Uint8Array }[], depth: number): Uint8Array {
  const node = plainNode(items, depth);
  return node.length < 32 ? node : encodeString(keccak256(node));
}

const slot = (number: number): string => toHex(wordToBytes(number));
const value = (digits: string): Uint8Array => encodeString(Uint8Array.fromHex(digits));

describe('known roots (docs/protocol/executor.md 7.1)', () => {
  test('no entries', () => {
    expect(apply(new MapStore(), new Map())).toBe(EMPTY_ROOT_HEX);
  });

  test('storage', () => {
    const store = new MapStore();
    expect(apply(store, new Map([[slot(0), value('1234')]]))).toBe(
      '71623f5ec821de33ad5aa81f8c82f0916c6f60de0a536f8c466d440c56715bd5',
    );
    expect(apply(store, new Map([[slot(1), value('1234')]]))).toBe(
      'a3db671bd0653a641fb031dccb869982da390eade9e6f993802ed09c4f6b7b2a',
    );
  });

  test('one account', () => {
    const rlp = accountRlp({ ...FRESH_ACCOUNT, nonce: 1 });
    expect(rlp.length).toBe(103);
    expect(apply(new MapStore(), new Map([['aa'.repeat(20), rlp]]))).toBe(
      '0474a865ec56b9898b430e2d54a7c2a684714c2b9a16a413c33d6367192f0d90',
    );
  });
});

/** Keys of 4 bytes that share much, values short enough to be embedded and long enough not to be. */
const key = fc
  .array(fc.constantFrom('00', '01', '10', '11', 'f0'), { minLength: 4, maxLength: 4 })
  .map((parts) => parts.join(''));
const content = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3 }),
  fc.uint8Array({ minLength: 33, maxLength: 40 }),
);
const batch = fc.array(fc.tuple(key, fc.option(content, { nil: undefined })), { maxLength: 12 });

describe('a trie that stays in memory', () => {
  test('gives the same roots and rows, whatever it has forgotten', () => {
    const step = fc.tuple(batch, fc.nat({ max: 3 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const store = new MapStore();
        const trie = open(store, 4);
        const cold = new MapStore();
        steps.forEach(([changes, age], serial) => {
          const entries = new Map(changes);
          expect(change(trie, store, entries, serial)).toBe(apply(cold, entries));
          expect([...store.nodes].sort()).toEqual([...cold.nodes].sort());
          if (age < 3) trie.prune(serial - age);
        });
        trie.close();
      }),
      { numRuns: 300 },
    );
  });

  test('reads no row that it has, and knows what it costs', () => {
    const store = new MapStore();
    const trie = open(store, 32);
    const entries = (digits: string): Entries =>
      new Map(Array.from({ length: 1000 }, (_, i) => [slot(i * 7919), value(digits)] as const));
    change(trie, store, entries('01'), 1);
    const reads = store.reads;
    const { footprint } = trie;
    change(trie, store, entries('02'), 2);
    expect(store.reads).toBe(reads);
    expect(trie.footprint).toBe(footprint);
    expect(footprint).toBeGreaterThan(1000 * 100);
    trie.prune(3);
    expect(trie.footprint).toBeLessThan(2000);
    change(trie, store, entries('03'), 3);
    expect(store.reads).toBeGreaterThan(reads);
  });
});

describe('batches of changes', () => {
  test('give the root of the definition, and leave exactly the nodes of the trie', () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 6 }), (batches) => {
        const store = new MapStore();
        const model = new Map<string, Uint8Array>();
        for (const changes of batches) {
          const entries = new Map(changes);
          for (const [name, bytes] of entries) {
            if (bytes === undefined) model.delete(name);
            else model.set(name, bytes);
          }
          expect(apply(store, entries)).toBe(plainRoot(model));
          const fresh = new MapStore();
          apply(fresh, model);
          expect([...store.nodes].sort()).toEqual([...fresh.nodes].sort());
        }
      }),
      { numRuns: 400 },
    );
  });

  test('the order of separate changes does not matter', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(key, content), { selector: ([name]) => name }),
        fc.infiniteStream(fc.nat()),
        (entries, random) => {
          const shuffled = entries
            .map((entry) => ({ entry, rank: random.next().value ?? 0 }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ entry }) => entry);
          const oneByOne = new MapStore();
          let root = EMPTY_ROOT_HEX;
          for (const entry of shuffled) root = apply(oneByOne, new Map([entry]));
          const together = new MapStore();
          expect(root).toBe(apply(together, new Map(entries)));
          expect([...oneByOne.nodes].sort()).toEqual([...together.nodes].sort());
        },
      ),
    );
  });

  test('adding and removing leads back to where it began', () => {
    const store = new MapStore();
    const some = new Map(Array.from({ length: 50 }, (_, i) => [slot(i * 7919), value('0102')] as const));
    const before = apply(store, some);
    const nodes = [...store.nodes].sort();
    const more = Array.from({ length: 300 }, (_, i) => slot(i * 104_729 + 1));
    expect(apply(store, new Map(more.map((name) => [name, value('ff')] as const)))).not.toBe(before);
    expect(apply(store, new Map(more.map((name) => [name, undefined] as const)))).toBe(before);
    expect([...store.nodes].sort()).toEqual(nodes);
    expect(apply(store, new Map([...some.keys()].map((name) => [name, undefined] as const)))).toBe(
      EMPTY_ROOT_HEX,
    );
    expect(store.nodes.size).toBe(0);
  });

  test('each node is read once, however many changes are below it', () => {
    const store = new MapStore();
    const names = Array.from({ length: 256 }, (_, i) => slot(i));
    apply(store, new Map(names.map((name) => [name, value('0101010101')] as const)));
    const stored = store.nodes.size;
    store.reads = 0;
    apply(store, new Map(names.map((name) => [name, value('0202020202')] as const)));
    expect(store.reads).toBeLessThanOrEqual(stored);
  });

  test('a missing node is an error, not an empty subtree', () => {
    const store = new MapStore();
    apply(
      store,
      new Map(Array.from({ length: 40 }, (_, i) => [slot(i * 0x1000000), value('0102030405')] as const)),
    );
    const [inner] = [...store.nodes.keys()].filter((path) => path !== 'root');
    store.nodes.delete(inner ?? '');
    const everything = new Map(
      Array.from({ length: 40 }, (_, i) => [slot(i * 0x1000000), value('06')] as const),
    );
    expect(() => apply(store, everything)).toThrow('no row for the branch');
  });
});
