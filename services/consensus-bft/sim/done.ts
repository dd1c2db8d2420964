/**
 * Which runs are done: ranges per mode and what they added up to, in a file, so that a long run can be killed and taken up
 * again. It belongs to one text of core and simulator: runs of another one prove nothing about this one.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Failure, Range, Tally } from './batch.ts';
import { add, nothing } from './batch.ts';
import type { Mode } from './recipe.ts';
import { MODES } from './recipe.ts';

/** From the first number to before the second. */
type Span = [from: number, to: number];

interface Content {
  readonly sources: string;
  readonly done: Record<Mode, Span[]>;
  readonly tally: Record<Mode, Tally>;
  readonly failures: Failure[];
}

export class Done {
  readonly #path: string | null;
  readonly #content: Content;

  private constructor(path: string | null, content: Content) {
    this.#path = path;
    this.#content = content;
  }

  /** Takes up the file, or begins anew if there is none; without a path nothing is kept. Throws for a file of other sources. */
  static open(path: string | null): Done {
    const sources = fingerprint();
    if (path === null || !existsSync(path)) {
      const done = { seeds: [], twins: [] };
      return new Done(path, { sources, done, tally: { seeds: nothing(), twins: nothing() }, failures: [] });
    }
    const content: Content = JSON.parse(readFileSync(path, 'utf8'));
    if (content.sources !== sources) {
      throw new Error(
        `${path} was written with another core or simulator (${content.sources}, here ${sources}): its runs prove ` +
          'nothing about this one; name another file, or delete it',
      );
    }
    return new Done(path, content);
  }

  get failures(): readonly Failure[] {
    return this.#content.failures;
  }

  tally(mode: Mode): Readonly<Tally> {
    return this.#content.tally[mode];
  }

  /** What is left of a range, in pieces of at most `size`. */
  *open({ mode, first, count }: Range, size: number): Iterable<Range> {
    const end = first + count;
    let from = first;
    for (const [start, stop] of [...this.#content.done[mode], [end, end] as const]) {
      for (const limit = Math.min(start, end); from < limit; from += size)
        yield { mode, first: from, count: Math.min(size, limit - from) };
      from = Math.max(from, stop);
    }
  }

  note({ mode, first, count }: Range, tally: Tally, failures: readonly Failure[]): void {
    const { done, failures: all } = this.#content;
    done[mode] = merge([...done[mode], [first, first + count]]);
    add(this.#content.tally[mode], tally);
    all.push(...failures);
  }

  /** Writes the file, whole or not at all. */
  save(): void {
    if (this.#path === null) return;
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.#content));
    renameSync(`${this.#path}.new`, this.#path);
  }

  toString(): string {
    const { done, tally } = this.#content;
    return MODES.filter((mode) => tally[mode].runs > 0)
      .map((mode) => `${mode} ${done[mode].map(([from, to]) => `${from}–${to - 1}`).join(', ')}`)
      .join('; ');
  }
}

function merge(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** A hash over the sources of core and simulator, without their tests. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const folder of ['../src/core/', './']) {
    const url = new URL(folder, import.meta.url);
    for (const name of readdirSync(url).sort()) {
      if (name.endsWith('.ts') && !name.endsWith('.test.ts') && !UNINVOLVED.has(name))
        hash.update(name).update(readFileSync(new URL(name, url)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Files of the simulator that have no part in a run. */
const UNINVOLVED = new Set([
  'main.ts',
  'forks.ts',
  'report.ts',
  'shrink.ts',
  'done.ts',
  'batch.ts',
  'batch-worker.ts',
  'long-run.ts',
  'speed.ts',
  'trace.ts',
  'mutants.ts',
  'mutants-main.ts',
  'hunt.ts',
]);
