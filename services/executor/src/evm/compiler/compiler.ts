/**
 * Compiles byte code that runs often to JavaScript, and runs frames: compiled where it is, interpreted where it is not.
 * How compiled code stays exact is told in the README of the service.
 */
import type { Code } from '../code.ts';
import { type Frame, Status } from '../frame.ts';
import { interpret } from '../interpreter.ts';
import { MOST_ARRIVALS, Profile, type Unit } from './profile.ts';
import { RUNTIME } from './runtime.ts';
import { writeUnit } from './unit-writer.ts';

export interface CompilerOptions {
  /** How often execution arrives at a place before it is compiled from there; 0: at once, for tests. */
  readonly hotAfter?: number;
  /** What compiled code may cost in memory, bytes; what was not used for longest goes first. */
  readonly maxBytes?: number;
  /**
   * Characters of text that may be compiled in a burst. The allowance grows with the gas that is spent: whoever wants
   * much compiled has to run much first.
   */
  readonly burst?: number;
}

const DEFAULTS = { hotAfter: 200, maxBytes: 2 ** 26, burst: 500_000 } as const;
/** Gas spent for which one more character may be compiled: compiling stays a small part of running. */
const GAS_PER_CHARACTER = 1000;
/** Instructions in one unit. */
const MOST_INSTRUCTIONS = 400;
/** What a unit costs in memory for each character of its text, with all that V8 makes of it. */
const BYTES_PER_CHARACTER = 8;

const NAMES = Object.keys(RUNTIME);
const VALUES = Object.values(RUNTIME);

export class Compiler {
  readonly #hotAfter: number;
  readonly #maxBytes: number;
  readonly #burst: number;
  readonly #compiled = new Set<Profile>();
  #bytes = 0;
  #allowance: number;
  #frames = 0;

  constructor(options: CompilerOptions = {}) {
    const { hotAfter, maxBytes, burst } = { ...DEFAULTS, ...options };
    if (!Number.isInteger(hotAfter) || hotAfter < 0 || hotAfter > MOST_ARRIVALS)
      throw new RangeError(`hotAfter is 0 … ${MOST_ARRIVALS}, not ${hotAfter}`);
    this.#hotAfter = hotAfter;
    this.#maxBytes = maxBytes;
    this.#burst = burst;
    this.#allowance = burst;
  }

  /** What compiled code costs in memory, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  profileOf(code: Code): Profile {
    let profile = code.profile;
    if (profile === undefined || profile.compiler !== this) {
      profile = new Profile(this, code, this.#hotAfter);
      code.profile = profile;
    }
    profile.lastUse = ++this.#frames;
    return profile;
  }

  /** Gas was spent. */
  earn(gas: number): void {
    this.#allowance = Math.min(this.#burst, this.#allowance + gas / GAS_PER_CHARACTER);
  }

  /** Runs the frame until it waits for a call or ends. */
  run(frame: Frame): void {
    const { code, profile = this.profileOf(code) } = frame;
    do {
      const { pc } = frame;
      const unit = profile.arrive(pc) ? (profile.unitAt(pc) ?? this.#compile(code, profile, pc)) : undefined;
      if (unit === undefined || unit(frame)) {
        interpret(frame);
        if (frame.status === Status.hot) frame.status = Status.running;
      }
    } while (frame.status === Status.running);
  }

  #compile(code: Code, profile: Profile, start: number): Unit | undefined {
    if (this.#allowance <= 0) {
      profile.cool(start);
      return undefined;
    }
    const heat = (pc: number) => profile.heat(pc);
    const body = writeUnit({ code, start, limit: MOST_INSTRUCTIONS, heat });
    if (body === undefined) {
      profile.cool(start);
      return undefined;
    }
    this.#allowance -= body.length;
    const make = new Function(...NAMES, `'use strict'; return function unit(frame) {\n${body}\n};`);
    const unit: Unit = make(...VALUES);
    this.#keep(profile, start, unit, body.length * BYTES_PER_CHARACTER);
    return unit;
  }

  #keep(profile: Profile, start: number, unit: Unit, bytes: number): void {
    if (!profile.add(start, unit, bytes)) {
      profile.cool(start);
      return;
    }
    this.#compiled.add(profile);
    this.#bytes += bytes;
    if (this.#bytes <= this.#maxBytes) return;
    const byUse = [...this.#compiled].sort((a, b) => a.lastUse - b.lastUse);
    for (const old of byUse) {
      if (this.#bytes <= this.#maxBytes / 2) break;
      this.#bytes -= old.bytes;
      old.clear();
      this.#compiled.delete(old);
    }
  }
}
