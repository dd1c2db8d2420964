// `cldi bench`: many transactions or calls at once (docs/protocol/cldi.md 12).

import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RawTransaction } from '@hexapod/protocol/blockchain';
import { CALL_QUOTA, fetchValidity, normalTransaction } from '@hexapod/sdk/normal-transaction';
import { parseAddress, parseData } from '@hexapod/sdk/parse-value';
import { signTransaction } from '@hexapod/sdk/sign-transaction';
import { type Command, Option } from 'commander';
import { parsedBy, u64, unsigned } from '../arguments.ts';
import { type LoadOptions, runLoad } from '../bench-tasks.ts';
import type { Tool } from '../session.ts';
import { watchBlocks } from '../watch-blocks.ts';
import type { Run } from './run.ts';
import { type TransactionOptions, withTransactionOptions } from './transact.ts';

const DEFAULT_TOTAL = 10_000;
/** While transactions are being signed, how often the height they are valid until is brought up to date. */
const REFRESH_MS = 3000;
const EMPTY_BLOCKS_BEFORE_END = 3n;

interface Target {
  readonly to?: Uint8Array;
  readonly data?: Uint8Array;
}
interface SendOptions extends LoadOptions, TransactionOptions, Target {
  readonly disableWatch?: true;
}
interface CallOptions extends LoadOptions, Target {
  readonly from?: Uint8Array;
  readonly height: bigint;
}

export function addBenchCommands(program: Command, run: Run): void {
  const bench = program.command('bench').alias('b').description('put load on a chain');
  const send = withLoadOptions(bench.command('send'))
    .description('sign many transactions, send them, watch them being finalized')
    .option('--disable-watch', 'end when they are sent')
    .action((total: number, options: SendOptions) => run((tool) => benchSend(tool, total, options)));
  withTransactionOptions(send, CALL_QUOTA);
  withLoadOptions(bench.command('call'))
    .description('ask a contract many times')
    .option('-f, --from <addr>', 'address that asks (default: the current account)', parsedBy(parseAddress))
    .addOption(
      new Option('--height <height>', 'on the state after this block; 0 is the last one')
        .argParser(u64('height'))
        .default(0n, '0'),
    )
    .action((total: number, options: CallOptions) => run((tool) => benchCall(tool, total, options)));
}

function withLoadOptions(command: Command): Command {
  return command
    .argument('[total]', 'how many', unsigned('total', 32), DEFAULT_TOTAL)
    .option('-c, --concurrency <n>', 'how many at the same time (default: all)', unsigned('concurrency', 32))
    .option('--connections <n>', 'over how many connections', unsigned('connections', 16), 1)
    .option('--timeout <seconds>', 'for one request; 0: none', unsigned('timeout', 32), 0)
    .option('-t, --to <addr>', 'address of the contract (default: a random one)', parsedBy(parseAddress))
    .option('-d, --data <data>', 'call data (default: 32 random bytes)', parsedBy(parseData));
}

function randomTarget({ to, data }: Target): Required<Target> {
  return { to: to ?? new Uint8Array(randomBytes(20)), data: data ?? new Uint8Array(randomBytes(32)) };
}

async function benchSend(tool: Tool, total: number, options: SendOptions): Promise<void> {
  const { blockNumber: begin } = await tool.chain.controller.getBlockNumber({ flag: false });
  let transactions: readonly RawTransaction[] = [];
  const load = {
    total,
    noun: 'transactions',
    prepare: async () => {
      transactions = await signMany(tool, total, options);
    },
    request: async (chain: Tool['chain'], task: number) => {
      const transaction = transactions[task];
      if (transaction) await chain.controller.sendRawTransaction(transaction);
    },
  };
  await runLoad(tool, load, options);
  if (options.disableWatch) return;
  const watch = { begin, until: BigInt(total), untilEmpty: EMPTY_BLOCKS_BEFORE_END };
  await watchBlocks(watch, { chain: tool.chain, terminal: tool.terminal, signal: tool.endOnInterrupt() });
}

/** All alike but for the nonce. */
async function signMany(tool: Tool, total: number, options: SendOptions): Promise<RawTransaction[]> {
  const account = await tool.account();
  const intent = { ...randomTarget(options), quota: options.quota, value: options.value };
  const signed: RawTransaction[] = [];
  let validity = await fetchValidity(tool.chain, options.until);
  let fetched = performance.now();
  while (signed.length < total) {
    signed.push(signTransaction(account, normalTransaction(intent, validity)).raw);
    if (signed.length % 100 !== 0) continue;
    tool.terminal.progress(`${signed.length}/${total}`);
    // Lets the connections live and Ctrl-C through.
    await nextTurn();
    tool.signal.throwIfAborted();
    if (performance.now() - fetched < REFRESH_MS) continue;
    validity = await fetchValidity(tool.chain, options.until);
    fetched = performance.now();
  }
  tool.terminal.progress('');
  return signed;
}

async function benchCall(tool: Tool, total: number, options: CallOptions): Promise<void> {
  const { to, data: method } = randomTarget(options);
  const from = options.from ?? (await tool.accountAddress());
  const call = { to, from, method, args: [], height: options.height };
  await runLoad(
    tool,
    {
      total,
      noun: 'call requests',
      prepare: async () => undefined,
      request: (chain) => chain.executor.call(call),
    },
    options,
  );
}
