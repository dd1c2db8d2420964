// Which public keys get tables: senders repeat, and with precomputed multiples of its key a signature costs a third. A key
// that is used again gets a small table, one that is used much a big one. Bounded are the memory (slots), and the time: a
// verification earns a little, a table has a price. A stranger with a million keys buys nothing with them, and does not
// push out who sends more often than each of his keys.

import type { HashedKey, UseCounter } from './use-counter.ts';

export type TableSize = 'small' | 'big';

/** Precomputed multiples of one public key, somewhere in the memory of a kernel. */
export interface KeyTable {
  readonly size: TableSize;
  readonly address: number;
}

export interface TableClass {
  /** Tables of this size at the same time. */
  readonly capacity: number;
  /** Recent uses, from which on a key may have one. */
  readonly minUses: number;
  /** What building one takes, in cold verifications. */
  readonly price: number;
}

export interface KeyTablesOptions {
  readonly small: TableClass;
  readonly big: TableClass;
  /** What a verification earns: of the time for verifying, so much may go to tables besides. */
  readonly share: number;
  /** The most that is saved up, and what there is at the start: a burst of tables takes so long. */
  readonly maxSavings: number;
}

export interface KeyTablesModules {
  readonly uses: UseCounter;
  /** Undefined if there is no more memory. */
  allocate(size: TableSize): KeyTable | undefined;
}

interface Owner {
  readonly hash: HashedKey;
  readonly publicKey: Uint8Array;
}

/** A table, and whose it is. */
interface Slot {
  readonly table: KeyTable;
  owner?: Owner;
}

/** Slots that are looked at for one that is less used than a new key. */
const EXAMINED = 4;
/** A key has to be used so much more than the one whose place it takes, or two that are alike would take turns. */
const MARGIN = 2;

/** The slots of one size. */
class Slots {
  readonly #size: TableSize;
  readonly #modules: KeyTablesModules;
  readonly #slots: Slot[] = [];
  readonly #free: Slot[] = [];
  #capacity: number;
  #hand = 0;

  constructor(size: TableSize, { capacity }: TableClass, modules: KeyTablesModules) {
    this.#size = size;
    this.#capacity = capacity;
    this.#modules = modules;
  }

  /** A slot for a key of so many uses: perhaps still somebody's who has far fewer. */
  slotFor(uses: number): Slot | undefined {
    return this.#free.pop() ?? this.#newSlot() ?? this.#lessUsed(uses);
  }

  release(slot: Slot): void {
    delete slot.owner;
    this.#free.push(slot);
  }

  #newSlot(): Slot | undefined {
    if (this.#slots.length >= this.#capacity) return undefined;
    const table = this.#modules.allocate(this.#size);
    if (table === undefined) {
      this.#capacity = this.#slots.length;
      return undefined;
    }
    const slot: Slot = { table };
    this.#slots.push(slot);
    return slot;
  }

  #lessUsed(uses: number): Slot | undefined {
    let least = uses / MARGIN;
    let found: Slot | undefined;
    for (let examined = 0; examined < Math.min(EXAMINED, this.#slots.length); examined++) {
      this.#hand = (this.#hand + 1) % this.#slots.length;
      const slot = this.#slots[this.#hand];
      if (slot?.owner === undefined) continue;
      const count = this.#modules.uses.count(slot.owner.hash);
      if (count >= least) continue;
      least = count;
      found = slot;
    }
    return found;
  }
}

export class KeyTables {
  readonly #options: KeyTablesOptions;
  readonly #uses: UseCounter;
  /** By a part of the owner's hash. */
  readonly #owned = new Map<number, Slot>();
  readonly #slots: Readonly<Record<TableSize, Slots>>;
  #savings: number;
  #built = 0;

  constructor(options: KeyTablesOptions, modules: KeyTablesModules) {
    this.#options = options;
    this.#uses = modules.uses;
    this.#slots = {
      small: new Slots('small', options.small, modules),
      big: new Slots('big', options.big, modules),
    };
    this.#savings = options.maxSavings;
  }

  /** Tables that were built so far. */
  get built(): number {
    return this.#built;
  }

  /** @param publicKey 64 bytes @param hash its, of the same UseCounter */
  find(publicKey: Uint8Array, hash: HashedKey): KeyTable | undefined {
    const slot = this.#owned.get(hash.start);
    return slot !== undefined && isOwner(slot, publicKey) ? slot.table : undefined;
  }

  /**
   * Takes note that the key signed something: a table to build for it, if it has earned one. It is the key's from now on.
   * @param publicKey 64 bytes @param hash its
   */
  used(publicKey: Uint8Array, hash: HashedKey): KeyTable | undefined {
    const { share, maxSavings, small, big } = this.#options;
    const uses = this.#uses.add(hash);
    this.#savings = Math.min(this.#savings + share, maxSavings);
    if (uses < small.minUses) return undefined;
    const has = this.#owned.get(hash.start);
    // Two keys with one hash, one in thousands of millions: the first has the place.
    if (has?.table.size === 'big' || (has !== undefined && !isOwner(has, publicKey))) return undefined;
    const bigTable = uses >= big.minUses ? this.#give('big', publicKey, hash, uses) : undefined;
    if (bigTable === undefined && has === undefined) return this.#give('small', publicKey, hash, uses);
    if (bigTable !== undefined && has !== undefined) this.#slots.small.release(has);
    return bigTable;
  }

  #give(size: TableSize, publicKey: Uint8Array, hash: HashedKey, uses: number): KeyTable | undefined {
    const { price } = this.#options[size];
    if (this.#savings < price) return undefined;
    const slot = this.#slots[size].slotFor(uses);
    if (slot === undefined) return undefined;
    this.#savings -= price;
    this.#built++;
    if (slot.owner !== undefined) this.#owned.delete(slot.owner.hash.start);
    slot.owner = { hash, publicKey: publicKey.slice() };
    this.#owned.set(hash.start, slot);
    return slot.table;
  }
}

function isOwner({ owner }: Slot, publicKey: Uint8Array): boolean {
  if (owner === undefined) return false;
  for (let index = 0; index < publicKey.length; index++) {
    if (owner.publicKey[index] !== publicKey[index]) return false;
  }
  return true;
}
