/**
 * Breadth-first search through all states of the small world (universe.ts), until there are no more, a property is
 * broken, or time or memory are used up. States that are mirror images (X for Y, or two nodes that lead no round) count
 * as one.
 */
import { leaderOf } from '../../src/core/quorum.ts';
import type { Address } from '../../src/core/types.ts';
import type { Core } from '../world.ts';
import { Automaton } from './automaton.ts';
import { Seen } from './seen.ts';
import type { Need } from './universe.ts';
import {
  contradictionIn,
  HEIGHT,
  happenings,
  MAX_ROUNDS,
  mirrorShared,
  mirrorVotes,
  VALIDATORS,
  VOTE_BITS,
} from './universe.ts';

export interface Bounds {
  /** 1 to 3. */
  readonly rounds: number;
  readonly liar: Address;
  readonly seconds: number;
  readonly maxStates: number;
  /** Off for a trace in which every name means the same from line to line. */
  readonly symmetry: boolean;
}

export interface Findings {
  readonly states: number;
  readonly transitions: number;
  /** Steps from the beginning to the last state. */
  readonly depth: number;
  /** All states within the bounds were seen. */
  readonly isExhausted: boolean;
  /** What is broken, and the steps to it; null when all properties hold in all states. */
  readonly breach: string | null;
  readonly path: readonly string[];
  /** States of single nodes. */
  readonly local: number;
}

const LOCAL_LIMIT = 2 ** (32 - VOTE_BITS);
const VOTES = 2 ** VOTE_BITS - 1;
const WORDS = 4;
const CHECK_EVERY = 4096;

export function explore(core: Core, bounds: Bounds): Findings {
  if (bounds.rounds < 1 || bounds.rounds > MAX_ROUNDS) throw new Error(`wanted 1 to ${MAX_ROUNDS} rounds`);
  return new Search(core, bounds).run();
}

class Search {
  readonly #bounds: Bounds;
  readonly #names: readonly Address[];
  readonly #automata: readonly Automaton[];
  /** The two nodes that may change places. */
  readonly #twins: readonly [number, number] | null;
  readonly #seen = new Seen();
  /** All states in the order of their discovery: three nodes (state and votes), and what is shared. */
  #states = new Uint32Array(WORDS * 1024);
  #parents = new Int32Array(1024);
  #steps = new Uint16Array(1024);
  #count = 0;
  #transitions = 0;
  #breach: string | null = null;

  constructor(core: Core, bounds: Bounds) {
    this.#bounds = bounds;
    const { liar, rounds, symmetry } = bounds;
    this.#names = VALIDATORS.filter((name) => name !== liar);
    const leaders = new Set(
      Array.from({ length: rounds }, (_, round) => leaderOf(VALIDATORS, HEIGHT, round)),
    );
    const [first, second] = this.#names.filter((name) => !leaders.has(name));
    const isPair = symmetry && first !== undefined && second !== undefined;
    this.#twins = isPair ? [this.#names.indexOf(first), this.#names.indexOf(second)] : null;
    const make = (name: Address): Automaton => {
      const lastLed = Math.max(
        -1,
        ...[...Array(rounds).keys()].filter((round) => leaderOf(VALIDATORS, HEIGHT, round) === name),
      );
      return new Automaton(core, name, happenings(name, this.#names, liar, rounds), lastLed);
    };
    const shared = isPair ? make(first) : null;
    this.#automata = this.#names.map((name) =>
      shared !== null && (name === first || name === second) ? shared : make(name),
    );
  }

  run(): Findings {
    const deadline = performance.now() + this.#bounds.seconds * 1000;
    const [a, b, c] = this.#automata.map(({ initial }) => initial * 2 ** VOTE_BITS);
    this.#arrive(a ?? 0, b ?? 0, c ?? 0, 0, -1, 0);
    let [at, depth, levelEnd] = [0, 0, 1];
    while (at < this.#count && this.#breach === null && this.#count < this.#bounds.maxStates) {
      if (at === levelEnd) {
        depth += 1;
        levelEnd = this.#count;
      }
      if (at % CHECK_EVERY === 0 && performance.now() > deadline) break;
      this.#expand(at);
      at += 1;
    }
    return {
      states: this.#count,
      transitions: this.#transitions,
      depth: depth + Number(this.#breach !== null),
      isExhausted: at === this.#count,
      breach: this.#breach,
      path: this.#breach === null ? [] : this.#pathTo(this.#count - 1),
      local: new Set(this.#automata).values().reduce((sum, { size }) => sum + size, 0),
    };
  }

  /** All that can happen in a state. */
  #expand(at: number): void {
    const states = this.#states;
    const words = [
      states[WORDS * at] ?? 0,
      states[WORDS * at + 1] ?? 0,
      states[WORDS * at + 2] ?? 0,
    ] as const;
    const shared = states[WORDS * at + 3] ?? 0;
    const certificates = certificatesOf(...words, shared);
    for (let node = 0; node < 3; node += 1) {
      const automaton = this.#automata[node];
      const word = words[node] ?? 0;
      const local = word >>> VOTE_BITS;
      if (automaton === undefined || local === 0) continue;
      const { happenings: all } = automaton;
      for (let index = 0; index < all.length; index += 1) {
        const need = all[index]?.need;
        if (need === undefined || !isMet(need, words, shared, certificates)) continue;
        const effect = automaton.effect(local, index);
        const votes = (word & VOTES) | effect.votes;
        if (effect.breach !== null) this.#breach = effect.breach;
        else if (effect.to === local && votes === (word & VOTES) && (shared | effect.shared) === shared)
          continue;
        const next = effect.to * 2 ** VOTE_BITS + votes;
        this.#transitions += 1;
        this.#arrive(
          node === 0 ? next : words[0],
          node === 1 ? next : words[1],
          node === 2 ? next : words[2],
          shared | effect.shared,
          at,
          node * 1024 + index,
        );
        if (this.#breach !== null) return;
      }
    }
  }

  #arrive(a: number, b: number, c: number, shared: number, parent: number, step: number): void {
    this.#breach ??= contradictionIn(certificatesOf(a, b, c, shared), shared);
    const [x, y, z, s] = this.#bounds.symmetry ? this.#canonical(a, b, c, shared) : [a, b, c, shared];
    if (!this.#seen.add(x, y, z, s) && this.#breach === null) return;
    if (this.#count * WORDS === this.#states.length) this.#grow();
    this.#states.set([x, y, z, s], this.#count * WORDS);
    this.#parents[this.#count] = parent;
    this.#steps[this.#count] = step;
    this.#count += 1;
  }

  /** The least of the state's mirror images. */
  #canonical(a: number, b: number, c: number, shared: number): [number, number, number, number] {
    const here = this.#ordered(a, b, c, shared);
    const there = this.#ordered(
      this.#mirror(0, a),
      this.#mirror(1, b),
      this.#mirror(2, c),
      mirrorShared(shared),
    );
    for (let i = 0; i < WORDS; i += 1) {
      const difference = (here[i] ?? 0) - (there[i] ?? 0);
      if (difference !== 0) return difference < 0 ? here : there;
    }
    return here;
  }

  #ordered(a: number, b: number, c: number, shared: number): [number, number, number, number] {
    const words: [number, number, number, number] = [a, b, c, shared];
    if (this.#twins === null) return words;
    const [first, second] = this.#twins;
    const [one, other] = [words[first] ?? 0, words[second] ?? 0];
    words[first] = Math.min(one, other);
    words[second] = Math.max(one, other);
    return words;
  }

  #mirror(node: number, word: number): number {
    const local = this.#automata[node]?.mirror(word >>> VOTE_BITS) ?? 0;
    if (local >= LOCAL_LIMIT) throw new Error(`a node has more than ${LOCAL_LIMIT} states: fewer rounds`);
    return local * 2 ** VOTE_BITS + mirrorVotes(word & VOTES);
  }

  #grow(): void {
    const [states, parents, steps] = [this.#states, this.#parents, this.#steps];
    this.#states = new Uint32Array(2 * states.length);
    this.#states.set(states);
    this.#parents = new Int32Array(2 * parents.length);
    this.#parents.set(parents);
    this.#steps = new Uint16Array(2 * steps.length);
    this.#steps.set(steps);
  }

  #pathTo(last: number): string[] {
    const path: string[] = [];
    for (let at = last; at > 0; at = this.#parents[at] ?? 0) {
      const step = this.#steps[at] ?? 0;
      const node = Math.floor(step / 1024);
      path.push(`${this.#names[node]} ${this.#automata[node]?.happenings[step % 1024]?.text}`);
    }
    return path.reverse();
  }
}

/** Certificates that were sent, and those that the liar can make of what two correct ones voted for. */
function certificatesOf(a: number, b: number, c: number, shared: number): number {
  return (shared | (a & b) | (a & c) | (b & c)) & VOTES;
}

function isMet(
  need: Need,
  words: readonly [number, number, number],
  shared: number,
  certificates: number,
): boolean {
  switch (need.kind) {
    case 'nothing':
      return true;
    case 'votes':
      return need.of.every((node) => ((words[node] ?? 0) & need.bit) !== 0);
    case 'certificate':
      return (certificates & need.bit) !== 0;
    case 'proposal':
      return (shared & need.bit) !== 0;
  }
}
