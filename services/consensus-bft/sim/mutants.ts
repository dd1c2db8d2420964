/**
 * Whether the simulator can fail: one rule broken at a time, in a copy of the core, until a seed shows it.
 * `node sim/mutants.ts [--seeds N] [--only name]` prints a table; exit code 1 if a mutant survives.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Outcome } from './run.ts';
import type { Core } from './world.ts';

export interface Mutant {
  readonly name: string;
  /** Below the service's folder. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const rules = 'src/core/rules.ts';
const turn = 'src/core/turn.ts';
const inbox = 'src/core/inbox.ts';

const unlogged = (kind: string): Omit<Mutant, 'name'> => ({
  file: turn,
  from: 'turn.persist.push(entry);',
  to: `if (entry.kind !== '${kind}') turn.persist.push(entry);`,
});

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'V1: the lock is forgotten when prevoting',
    file: rules,
    from: 'if (lock === null || lock.hash === proposal.hash) return',
    to: 'if (lock !== undefined) return',
  },
  {
    name: 'V2: any proof of lock unlocks',
    file: rules,
    from: 'lock.round <= proposal.lock.round ?',
    to: 'proposal.lock.round >= 0 ?',
  },
  {
    name: 'V2: the proof of lock is not checked',
    file: inbox,
    from: 'if (lock === null) return true;',
    to: 'if (lock !== undefined) return true;',
  },
  {
    name: 'V3: no verdict is waited for',
    file: rules,
    from: "if (block?.state !== 'valid') return undecided;",
    to: '',
  },
  {
    name: 'L1: a polka of an older round locks',
    file: rules,
    from: 'polka.round !== state.round || state.said.precommit',
    to: 'polka.round > state.round || state.said.precommit',
  },
  {
    name: 'L1: prevotes again after a restart',
    file: 'src/core/state.ts',
    from: "if (vote.step === 'prevote' && state.step === 'propose') state.step = 'prevote';",
    to: "if (vote.step === 'prevote') state.said.prevote = null;",
  },
  {
    name: 'quorum − 1',
    file: 'src/core/quorum.ts',
    from: 'Math.floor((2 * n) / 3) + 1',
    to: 'Math.max(1, Math.floor((2 * n) / 3))',
  },
  {
    name: 'a certificate is not counted',
    file: 'src/core/quorum.ts',
    from: 'if (votes.length < quorumOf(validators.length)) return false;',
    to: '',
  },
  {
    name: 'a certificate counts a signer twice',
    file: 'src/core/quorum.ts',
    from: 'return signers.size === votes.length;',
    to: 'return signers.size > 0;',
  },
  {
    name: 'ballots outlive their round',
    file: 'src/core/state.ts',
    from: 'clearBallots(state.votes);',
    to: '',
  },
  { name: 'W1: votes are not logged', ...unlogged('vote') },
  { name: 'W2: blocks are not logged', ...unlogged('block') },
  { name: 'W3: locks are not logged', ...unlogged('polka') },
  { name: 'W5: rounds are not logged', ...unlogged('round') },
  {
    name: 'W1: speaks before the log is synced',
    file: 'sim/node.ts',
    from: '(this.outbox[0]?.after ?? 0) <= this.synced',
    to: 'this.outbox[0] !== undefined',
  },
  {
    name: 'D1: decides on prevotes',
    file: rules,
    from: "certify(state.votes, 'precommit', state.validators)",
    to: "certify(state.votes, 'prevote', state.validators)",
  },
  {
    name: 'D1: a polka is taken for a decision',
    file: inbox,
    from: "if (certificate.step === 'precommit') {\n    state.decision",
    to: 'if (certificate.step !== undefined) {\n    state.decision',
  },
  {
    name: 'P1: a leader forgets the polka',
    file: rules,
    from: 'const hash = state.valid?.hash ?? state.own;',
    to: 'const hash = state.own;',
  },
  {
    name: 'P2: anybody may propose',
    file: inbox,
    from: 'if (height > state.height + 1 || leaderOf(state.validators, height, round) !== signer) return;',
    to: 'if (height > state.height + 1) return;',
  },
  { name: 'R1: newviews are said once', file: 'src/core/core.ts', from: '      resend(turn);\n', to: '' },
  {
    name: 'R2: one newview moves the round',
    file: rules,
    from: 'faultsOf(state.validators.length) + 1',
    to: '1',
  },
  {
    name: 'R2: nobody leaves a round',
    file: rules,
    from: 'if (round < state.round) return false;',
    to: 'if (round >= 0) return false;',
  },
  {
    name: 'C2: the validators of the last height',
    file: 'src/core/chain.ts',
    from: 'state.validators = configuration.validators;\n  state.pace.interval = intervalOf(configuration.interval, state.options);\n  enterRound',
    to: 'if (state.validators.length === 0) state.validators = configuration.validators;\n  state.pace.interval = intervalOf(configuration.interval, state.options);\n  enterRound',
  },
];

export interface Caught {
  readonly mutant: string;
  /** Seeds until it was caught; null when it was not. */
  readonly seeds: number | null;
  readonly seconds: number;
  readonly breach: string;
}

const HOME = new URL('..', import.meta.url).pathname;

/** Runs one mutant on seeds from 1 on, until one fails. */
export async function hunt(mutant: Mutant, seeds: number): Promise<Caught> {
  const folder = mkdtempSync(join(tmpdir(), 'mutant-'));
  try {
    for (const part of ['src/core', 'sim']) cpSync(join(HOME, part), join(folder, part), { recursive: true });
    const path = join(folder, mutant.file);
    const source = readFileSync(path, 'utf8');
    if (source.split(mutant.from).length !== 2) {
      throw new Error(
        `mutant "${mutant.name}": its text is not in ${mutant.file} exactly once: correct the mutant`,
      );
    }
    writeFileSync(
      path,
      source.replace(mutant.from, () => mutant.to),
    );
    const core: Core = await import(pathToFileURL(join(folder, 'src/core/core.ts')).href);
    const { run }: { run: (seed: number, core: Core) => Outcome } = await import(
      pathToFileURL(join(folder, 'sim/run.ts')).href
    );
    const started = performance.now();
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { breach } = run(seed, core);
      const seconds = (performance.now() - started) / 1000;
      if (breach !== null) return { mutant: mutant.name, seeds: seed, seconds, breach };
    }
    return {
      mutant: mutant.name,
      seeds: null,
      seconds: (performance.now() - started) / 1000,
      breach: 'survived',
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seeds: { type: 'string', default: '2000' }, only: { type: 'string', default: '' } },
  });
  process.stdout.write('| broken rule | seeds | seconds | first breach |\n| --- | --- | --- | --- |\n');
  for (const mutant of MUTANTS.filter(({ name }) => name.includes(values.only))) {
    const { seeds, seconds, breach } = await hunt(mutant, Number(values.seeds));
    const line = breach.split('\n')[0]?.slice(0, 90);
    process.stdout.write(`| ${mutant.name} | ${seeds ?? 'none'} | ${seconds.toFixed(1)} | ${line} |\n`);
    if (seeds === null) process.exitCode = 1;
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) await main();
