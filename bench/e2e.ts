// How many transactions a whole chain confirms, how fast, and what they cost its processes.
//
//   node bench/e2e.ts -n 10000 -c 8                     against the devnet that runs on .devnet
//   node bench/e2e.ts --start --crypto eth              starts one, measures, stops it
//
// All transactions are signed before the clock starts. The bench itself needs a part of the machine: its figures are those
// of a chain with its clients on the same cores.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadSuite } from '@hexapod/crypto/suite';
import type { DevnetState } from '@hexapod/devnet/state-file';
import { fromHex } from '@hexapod/protocol/bytes';
import { accountOf } from '@hexapod/sdk/account';
import { type ChainClient, connectChain } from '@hexapod/sdk/chain-client';
import { Command, InvalidArgumentError, Option } from 'commander';
import { attachDevnet, type RunningDevnet, startDevnet } from './e2e/devnet.ts';
import { measure } from './e2e/measure.ts';
import { intentOf, KINDS, type Kind, prepareTransactions } from './e2e/prepare.ts';
import { formatReport, type Report, reportOf } from './e2e/report.ts';
import type { PreparedTransaction } from './e2e/sign-worker.ts';

interface Options {
  readonly data?: string;
  readonly count: number;
  readonly warmUp: number;
  readonly connections: number;
  readonly inFlight: number;
  readonly kind: Kind;
  readonly batch: number;
  readonly to: number | 'all';
  readonly json?: string;
  readonly start?: true;
  readonly crypto: 'sm' | 'eth';
  readonly nodes: number;
  readonly interval: number;
  readonly basePort: number;
}

/** For `--batch` without a number. */
const PRESET_BATCH = 100;

async function main(options: Options): Promise<void> {
  const owned =
    options.start && options.data === undefined ? await mkdtemp(join(tmpdir(), 'hexapod-bench-')) : undefined;
  const data = resolve(owned ?? options.data ?? '.devnet');
  const devnet = options.start ? await startDevnet(data, startOptions(options)) : await attachDevnet(data);
  try {
    const report = await run(devnet, options);
    process.stdout.write(formatReport(report));
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await devnet.stop();
  }
  // After a failure it stays: its logs say more than the error.
  if (owned) await rm(owned, { recursive: true, force: true });
}

function startOptions({ crypto, nodes, interval, basePort }: Options): string[] {
  const options = { '--crypto': crypto, '--nodes': nodes, '--interval': interval, '--base-port': basePort };
  return Object.entries(options).flatMap(([name, value]) => [name, String(value)]);
}

async function run({ state }: RunningDevnet, options: Options): Promise<Report> {
  const { to, connections, inFlight, batch, warmUp } = options;
  const targets = to === 'all' ? state.nodes : state.nodes.filter(({ index }) => index === to);
  const addresses = targets.map(({ ports }) => `127.0.0.1:${ports.controller}`);
  const [controller] = addresses;
  if (controller === undefined) throw new Error(`--to ${to}: the nodes are 0 to ${state.nodes.length - 1}`);
  const chain = connectChain({ controller, executor: `127.0.0.1:${targets[0]?.ports.executor}` });
  try {
    const transactions = await prepare(state, chain, options);
    const load = { addresses, connections, inFlight, batch };
    const measured = await measure(chain, state.nodes, transactions, { load, warmUp, progress: showShare });
    return reportOf({ settings: settingsOf(state, options), ...measured });
  } finally {
    chain.close();
  }
}

async function prepare(
  state: DevnetState,
  chain: ChainClient,
  options: Options,
): Promise<PreparedTransaction[]> {
  const key = fromHex((await readFile(state.admin.privateKeyFile, 'utf8')).trim());
  const account = accountOf(await loadSuite(state.crypto), key);
  const intent = await intentOf(options.kind, chain, account);
  const count = options.warmUp + options.count;
  return prepareTransactions(count, intent, account, chain, (done) => showShare('signed', done, count));
}

function settingsOf(state: DevnetState, options: Options): Report['settings'] {
  const { count, warmUp, kind, connections, inFlight, batch, to } = options;
  const chain = { crypto: state.crypto, nodes: state.nodes.length, 'interval (s)': state.chain.interval };
  return {
    ...chain,
    kind,
    transactions: count,
    'warm-up': warmUp,
    connections,
    'in flight': inFlight,
    batch,
    to,
  };
}

/** In steps of one percent. */
function showShare(what: string, done: number, of: number): void {
  if (done >= of) showProgress('');
  else if (done % Math.max(1, Math.floor(of / 100)) === 0) showProgress(`${done} of ${of} ${what}`);
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function unsigned(text: string): number {
  return text === '0' ? 0 : positive(text);
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('wanted a whole number above 0');
  return Number(text);
}

function target(text: string): number | 'all' {
  if (text === 'all') return text;
  if (!/^\d$/.test(text)) throw new InvalidArgumentError('wanted the number of a node, or all');
  return Number(text);
}

const program = new Command('e2e')
  .description(
    'Measures a devnet: transactions confirmed per second, latency, CPU and memory of its processes.',
  )
  .option('--data <dir>', 'folder of the devnet (default: .devnet; with --start a temporary one)')
  .option('-n, --count <n>', 'transactions', positive, 10_000)
  .option('--warm-up <n>', 'transactions sent before anything is measured', unsigned, 500)
  .option('-c, --connections <n>', 'connections', positive, 8)
  .option('--in-flight <n>', 'calls at the same time on each connection', positive, 16)
  .addOption(new Option('--kind <kind>', 'what the transactions do').choices(KINDS).default('transfer'))
  .addOption(
    new Option(
      '--batch [size]',
      'transactions in a call: SendRawTransactions (default: 1: SendRawTransaction)',
    )
      .argParser(positive)
      .preset(String(PRESET_BATCH))
      .default(1, '1'),
  )
  .option('--to <node>', 'the node that gets them, or all', target, 0)
  .option('--json <file>', 'write the figures to a file, too')
  .option('--start', 'start a devnet for this run, with the options below')
  .addOption(new Option('--crypto <name>', 'with --start').choices(['sm', 'eth']).default('sm'))
  .option('--nodes <n>', 'with --start', positive, 4)
  .option('--interval <seconds>', 'with --start', positive, 1)
  .option('--base-port <p>', 'with --start', positive, 12_000)
  .action(main);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`e2e: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
