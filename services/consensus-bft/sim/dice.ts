/**
 * All chance of a run, one source for each purpose and place, so that taking one fault away leaves all other draws as
 * they were. Faults are drawn apart and numbered: a run can be repeated with only some of them (shrink.ts), and then
 * nothing else goes wrong.
 */
import type { Random } from './random.ts';
import { mix, seeded, unit } from './random.ts';

/** What may go wrong. */
export const Fault = {
  loss: 0,
  duplication: 1,
  straggling: 2,
  undecidable: 3,
  nemesis: 4,
  crash: 5,
  gust: 6,
  partition: 7,
  crashInStep: 8,
  callLost: 9,
  answerLost: 10,
  unsigned: 11,
  unsaid: 12,
  tampering: 13,
  invention: 14,
  partialBroadcast: 15,
  interruption: 24,
} as const;
export type Fault = (typeof Fault)[keyof typeof Fault];

/** What differs from run to run without being a fault. */
export const Purpose = {
  setup: 16,
  delay: 17,
  controller: 18,
  disk: 19,
  signer: 20,
  start: 21,
  sync: 22,
  weather: 23,
} as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

/** One draw that came out badly: kind, place (two node numbers below 16) and how many such draws there were before. */
export type Struck = number;

const PLACES = 256;
const KINDS = 32;
const INDEXES = 2 ** 20;

const placeOf = (kind: number, a: number, b: number): number => kind * PLACES + a * 16 + b;

export class Dice {
  readonly #seed: number;
  readonly #script: ReadonlySet<Struck> | null;
  readonly #sources: (Random | undefined)[] = [];
  readonly #bases = new Uint32Array(KINDS * PLACES);
  readonly #counts = new Uint32Array(KINDS * PLACES);
  /** Everything that went wrong, in its order; null when nobody wants to know. */
  readonly struck: Struck[] | null;

  /** With a script exactly those faults happen, whatever their probability. */
  constructor(seed: number, script: ReadonlySet<Struck> | null, isRecording: boolean) {
    this.#seed = seed;
    this.#script = script;
    this.struck = isRecording ? [] : null;
  }

  /** The source for a purpose and place. */
  of(purpose: Purpose, a = 0, b = 0): Random {
    const place = placeOf(purpose, a, b);
    let source = this.#sources[place];
    if (source === undefined) {
      source = seeded(this.#seed, place);
      this.#sources[place] = source;
    }
    return source;
  }

  /** Null when the fault does not happen. */
  strike(fault: Fault, probability: number, a = 0, b = 0): Struck | null {
    if (probability === 0) return null;
    const place = placeOf(fault, a, b);
    const index = this.#counts[place] ?? 0;
    this.#counts[place] = index + 1;
    const struck = place * INDEXES + index;
    const happens =
      this.#script === null ? unit(this.#baseOf(place), index) < probability : this.#script.has(struck);
    if (!happens) return null;
    this.struck?.push(struck);
    return struck;
  }

  strikes(fault: Fault, probability: number, a = 0, b = 0): boolean {
    return this.strike(fault, probability, a, b) !== null;
  }

  /** The source for what a fault does: the same whatever else happened. */
  consequences(struck: Struck): Random {
    return seeded(this.#seed, struck);
  }

  #baseOf(place: number): number {
    const known = this.#bases[place] ?? 0;
    if (known !== 0) return known;
    const base = mix(this.#seed, mix(place, 0x2545f491));
    this.#bases[place] = base;
    return base;
  }
}

const NAMES = Object.keys(Fault);

/** A fault in words: `loss of message 12 from A to C`. */
export function describeFault(struck: Struck, names: readonly string[]): string {
  const index = struck % INDEXES;
  const place = Math.floor(struck / INDEXES);
  const [kind, a, b] = [Math.floor(place / PLACES), Math.floor(place / 16) % 16, place % 16];
  const name = NAMES[kind] ?? `fault ${kind}`;
  if (kind <= Fault.undecidable) return `${name} ${index} from ${names[a]} to ${names[b]}`;
  return kind >= Fault.crashInStep ? `${name} ${index} at ${names[a]}` : `${name} ${index}`;
}
