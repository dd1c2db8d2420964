/**
 * `npm run sim:mutants`: is each mutant found? Prints a table, and writes its rows into the table of the README.
 * The exit code is 1 when one survives.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hunt, withMutant } from './hunt.ts';
import { defaultJobs } from './long-run.ts';
import type { Mutant } from './mutants.ts';
import { MUTANTS } from './mutants.ts';

const HELP = `Breaks one rule of the core at a time, counts the runs until the simulator shows it, and writes it into sim/README.md.

  npm run sim:mutants [-- options]

      --only TEXT     mutants whose name has TEXT in it (default: all)
      --seeds N       give a mutant up after N seeds (default: 20000)
      --jobs J        mutants at a time (default: one for each core)
`;

const README = new URL('./README.md', import.meta.url);
const HEAD = '| broken rule | seeds | seconds | first breach |\n| --- | --- | --- | --- |\n';
/** The table stands between these lines. */
const [BEGIN, END] = ['<!-- mutants -->\n', '<!-- end of mutants -->\n'];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '20000' },
    jobs: { type: 'string', default: String(defaultJobs()) },
    one: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

async function rowOf(mutant: Mutant, seeds: number): Promise<string> {
  const { runs, seconds, breach } = await withMutant(mutant, (specimen) => hunt(specimen, 'seeds', seeds));
  const text = breach.split('\n')[0]?.slice(0, 90).replaceAll('|', '/');
  return `| ${mutant.name} | ${runs ?? 'none'} | ${seconds.toFixed(1)} | ${text} |\n`;
}

/** Each mutant gets a process of its own: a copy of the core that was loaded once stays in memory. */
function rowInProcess(index: number): Promise<string> {
  const args = [fileURLToPath(import.meta.url), '--one', String(index), '--seeds', values.seeds];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let row = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    row += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(row) : reject(new Error(`mutant ${index}: exit code ${code}`)),
    );
  });
}

async function huntAll(jobs: number): Promise<void> {
  const wanted = [...MUTANTS.entries()].filter(([, { name }]) => name.includes(values.only));
  const rows = new Map<number, string>();
  const queue = wanted[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const [index] of queue) {
      const row = await rowInProcess(index);
      rows.set(index, row);
      process.stdout.write(row);
    }
  };
  process.stdout.write(HEAD);
  await Promise.all(Array.from({ length: jobs }, work));
  const found = wanted.map(([index]) => rows.get(index) ?? '');
  if (found.some((row) => row.includes('| none |'))) process.exitCode = 1;
  writeTable(found);
}

/** Puts the rows in the place of those of the same mutants; rows of mutants that are no more go. */
function writeTable(found: readonly string[]): void {
  const text = readFileSync(README, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${README.pathname} has no place for the table of mutants`);
  const known = text.slice(from, to).split(/(?<=\n)/);
  const rows = MUTANTS.flatMap(({ name }) => {
    const isOf = (row: string): boolean => row.startsWith(`| ${name} |`);
    return found.find(isOf) ?? known.find(isOf) ?? [];
  });
  writeFileSync(README, `${text.slice(0, from + BEGIN.length)}\n${HEAD}${rows.join('')}\n${text.slice(to)}`);
}

const mutant = MUTANTS[Number(values.one)];
if (values.help) process.stdout.write(HELP);
else if (mutant !== undefined) process.stdout.write(await rowOf(mutant, Number(values.seeds)));
else await huntAll(Math.max(1, Number(values.jobs)));
