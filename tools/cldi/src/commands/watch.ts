// `cldi watch` (docs/protocol/cldi.md 12).

import { type Position, parsePosition, resolvePosition } from '@hexapod/sdk/position';
import { type Command, Option } from 'commander';
import { parsedBy, u64 } from '../arguments.ts';
import type { Tool } from '../session.ts';
import { watchBlocks } from '../watch-blocks.ts';
import type { Run } from './run.ts';

interface WatchCommandOptions {
  readonly begin: Position;
  readonly end?: Position;
  readonly until?: bigint;
  readonly untilEmpty?: bigint;
}

export function addWatchCommand(program: Command, run: Run): void {
  const position = parsedBy(parsePosition);
  program
    .command('watch')
    .alias('w')
    .description('show each new block and how many transactions are finalized; Ctrl-C ends it with the sum')
    .addOption(
      new Option('-b, --begin <position>', 'first height: N, or +N or -N from the current one')
        .argParser(position)
        .default(parsePosition('+0'), 'the current one'),
    )
    .option('-e, --end <position>', 'last height (default: none)', position)
    .option('-t, --until <n>', 'end after n transactions', u64('number of transactions'))
    .option(
      '-u, --until-empty <n>',
      'end after n blocks without transactions in a row',
      u64('number of blocks'),
    )
    .action((options: WatchCommandOptions) => run((tool) => watch(tool, options)));
}

async function watch(tool: Tool, { begin, end, until, untilEmpty }: WatchCommandOptions): Promise<void> {
  const { blockNumber: current } = await tool.chain.controller.getBlockNumber({ flag: false });
  const options = {
    begin: resolvePosition(begin, current),
    end: end && resolvePosition(end, current),
    until,
    untilEmpty,
  };
  await watchBlocks(options, { chain: tool.chain, terminal: tool.terminal, signal: tool.endOnInterrupt() });
}
