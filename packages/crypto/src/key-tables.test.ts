import { describe, expect, test } from 'vitest';
import { type KeyTable, KeyTables, type KeyTablesOptions, type TableSize } from './key-tables.ts';
import { UseCounter } from './use-counter.ts';

const OPTIONS: KeyTablesOptions = {
  small: { capacity: 256, minUses: 3, price: 1 },
  big: { capacity: 32, minUses: 24, price: 2.5 },
  share: 1 / 8,
  maxSavings: 64,
};
const SEEDS = Uint32Array.of(1, 2, 3, 4, 5, 6);

/** Tables, and where each was built last: what a kernel would have in its memory. */
class Simulation {
  readonly owners = new Map<number, string>();
  readonly tables: KeyTables;
  readonly #uses: UseCounter;
  verifications = 0;
  /** In cold verifications. */
  spent = 0;
  #next = 0;
  readonly #options: KeyTablesOptions;

  constructor(options: Partial<KeyTablesOptions> = {}, memory = Number.POSITIVE_INFINITY) {
    this.#options = { ...OPTIONS, ...options };
    this.#uses = new UseCounter({ rowLength: 1 << 12, window: 1 << 12, seeds: SEEDS });
    const allocate = (size: TableSize): KeyTable | undefined =>
      this.#next < memory ? { size, address: this.#next++ } : undefined;
    this.tables = new KeyTables(this.#options, { uses: this.#uses, allocate });
  }

  /** One good signature of a key. The size of the table that it was verified with. */
  verify(sender: number): TableSize | undefined {
    const publicKey = new Uint8Array(64);
    new DataView(publicKey.buffer).setUint32(20, sender);
    new DataView(publicKey.buffer).setUint32(44, Math.imul(sender, 2654435761));
    const name = String(sender);
    const hash = this.#uses.hash(publicKey);
    const table = this.tables.find(publicKey, hash);
    if (table !== undefined && this.owners.get(table.address) !== name) {
      throw new Error(`the table of ${name} is that of ${this.owners.get(table.address)}`);
    }
    this.verifications++;
    const toBuild = this.tables.used(publicKey, hash);
    if (toBuild !== undefined) {
      this.owners.set(toBuild.address, name);
      this.spent += this.#options[toBuild.size].price;
    }
    return table?.size;
  }
}

describe('a sender that repeats', () => {
  test('gets a small table, then a big one in place of it', () => {
    const simulation = new Simulation();
    const sizes = Array.from({ length: 30 }, () => simulation.verify(1));
    expect(sizes.slice(0, 3)).toEqual([undefined, undefined, undefined]);
    expect(sizes.slice(3, 24)).toEqual(Array(21).fill('small'));
    expect(sizes.slice(24)).toEqual(Array(6).fill('big'));
    expect(simulation.tables.built).toBe(2);
    // The small table is free again: the next sender has it.
    for (let use = 0; use < 3; use++) simulation.verify(2);
    expect([...simulation.owners].filter(([, owner]) => owner === '2')).toEqual([[0, '2']]);
  });

  test('has no table for ever, once others send more', () => {
    const simulation = new Simulation({ big: { ...OPTIONS.big, capacity: 1 } });
    for (let use = 0; use < 40; use++) simulation.verify(1);
    expect(simulation.verify(1)).toBe('big');
    // A window in which only others send halves the count of the first.
    for (let use = 0; use < 9000; use++) simulation.verify(2 + (use % 8));
    expect(simulation.verify(1)).toBeUndefined();
    expect([2, 3, 4, 5, 6, 7, 8, 9].map((sender) => simulation.verify(sender))).toContain('big');
  });
});

describe('bounds', () => {
  test('no more tables than there are places, however many senders', () => {
    const simulation = new Simulation({ maxSavings: 1e6, share: 10 });
    for (let round = 0; round < 30; round++) {
      for (let sender = 0; sender < 400; sender++) simulation.verify(sender);
      for (let use = 0; use < 300; use++) simulation.verify(use % 50);
    }
    expect(simulation.owners.size).toBe(256 + 32);
  });

  test('where there is no more memory, those there are serve on', () => {
    const simulation = new Simulation({}, 10);
    for (let round = 0; round < 50; round++) {
      for (let sender = 0; sender < 40; sender++) simulation.verify(sender);
    }
    expect(simulation.owners.size).toBe(10);
  });

  test('with no room at all nothing is built', () => {
    const simulation = new Simulation({}, 0);
    for (let use = 0; use < 100; use++) expect(simulation.verify(1)).toBeUndefined();
    expect(simulation.tables.built).toBe(0);
  });
});

describe('a stranger with a million keys', () => {
  const FIRST_STRANGER = 1_000_000;

  /** Builds for strangers who use each key so often, in a row; how much of the time for verifying it takes. */
  const attack = (usesOfEach: number, keys: number): { built: number; share: number } => {
    const simulation = new Simulation();
    for (let key = 0; key < keys; key++) {
      for (let use = 0; use < usesOfEach; use++) simulation.verify(FIRST_STRANGER + key);
    }
    return { built: simulation.tables.built, share: simulation.spent / simulation.verifications };
  };

  test('who uses each once has next to no table built', () => {
    expect(attack(1, 1_000_000).built).toBeLessThan(1_000_000 / 100);
  });

  test.each([2, 3, 4, 8, 30])('who uses each %i times takes no more time than the budget allows', (uses) => {
    const { share } = attack(uses, Math.ceil(200_000 / uses));
    expect(share).toBeLessThanOrEqual(OPTIONS.share + OPTIONS.maxSavings / 200_000);
  });

  test.each([1, 3, 10])('who uses each %i times does not push out who sends more', (usesOfEach) => {
    const simulation = new Simulation();
    const honest = Array.from({ length: 24 }, (_, index) => index);
    for (let round = 0; round < 60; round++) for (const sender of honest) simulation.verify(sender);
    expect(honest.every((sender) => simulation.verify(sender) === 'big')).toBe(true);
    // Nine of ten signatures are the stranger's.
    let cold = 0;
    for (let round = 0; round < 20_000; round++) {
      const sender = honest[round % honest.length] ?? 0;
      if (simulation.verify(sender) !== 'big') cold++;
      for (let use = 0; use < 9; use++) {
        simulation.verify(FIRST_STRANGER + Math.floor((9 * round + use) / usesOfEach));
      }
    }
    expect(cold).toBe(0);
    expect(simulation.spent).toBeLessThanOrEqual(
      simulation.verifications * OPTIONS.share + OPTIONS.maxSavings,
    );
  });

  test('does not keep a new sender from a table for long', () => {
    const simulation = new Simulation();
    for (let key = 0; key < 20_000; key++) {
      for (let use = 0; use < 5; use++) simulation.verify(FIRST_STRANGER + key);
    }
    let uses = 0;
    while (simulation.verify(7) === undefined) {
      uses++;
      expect(uses).toBeLessThan(100);
      for (let use = 0; use < 5; use++) simulation.verify(FIRST_STRANGER + 20_000 + uses);
    }
  });
});
