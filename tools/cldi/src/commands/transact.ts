// `cldi send`, `cldi call`, `cldi create`: transactions, and reads of contracts (docs/protocol/cldi.md 8.2).

import { CALL_QUOTA, CREATE_QUOTA, DEFAULT_VALID_UNTIL } from '@hexapod/sdk/normal-transaction';
import { parseAddress, parseAmount, parseData } from '@hexapod/sdk/parse-value';
import { type Position, parsePosition } from '@hexapod/sdk/position';
import { sendTransaction } from '@hexapod/sdk/send-transaction';
import { Argument, type Command, Option } from 'commander';
import { parsedBy, u64 } from '../arguments.ts';
import { hex } from '../output/hex.ts';
import type { Run } from './run.ts';

export interface TransactionOptions {
  readonly value: Uint8Array;
  readonly quota: bigint;
  readonly until: Position;
}

const address = parsedBy(parseAddress);
const data = parsedBy(parseData);

/** Adds `--quota` and `--until`, which every command that sends a normal transaction has. */
export function withValidityOptions(command: Command, quota: bigint): Command {
  return command
    .addOption(
      new Option('-q, --quota <quota>', 'how much it may use at most')
        .argParser(u64('quota'))
        .default(quota, quota.toString()),
    )
    .addOption(
      new Option(
        '--until <position>',
        'last height at which it may be included: N, or +N above the current one',
      )
        .argParser(parsedBy(parsePosition))
        .default(DEFAULT_VALID_UNTIL, '+95'),
    );
}

/** The same, and `--value`. */
export function withTransactionOptions(command: Command, quota: bigint): Command {
  const value = new Option('-v, --value <value>', 'value to transfer, hex')
    .argParser(parsedBy(parseAmount))
    .default(parseAmount('0x0'), '0x0');
  return withValidityOptions(command.addOption(value), quota);
}

export function addTransactionCommands(program: Command, run: Run): void {
  const send = program
    .command('send')
    .description('send a transaction; prints its hash')
    .argument('<to>', 'address of the contract or account', address)
    .addArgument(
      new Argument('[data]', 'call data: selector and arguments, hex')
        .argParser(data)
        .default(new Uint8Array(), '0x'),
    )
    .action((to: Uint8Array, callData: Uint8Array, { until, ...options }: TransactionOptions) =>
      run(async (tool) => {
        const intent = { to, data: callData, ...options };
        tool.print(hex(await sendTransaction(tool.chain, await tool.account(), intent, until)));
      }),
    );
  withTransactionOptions(send, CALL_QUOTA);

  program
    .command('call')
    .description("ask a contract without changing anything; prints the function's answer")
    .option('-f, --from <addr>', 'address that asks (default: the current account)', address)
    .argument('<to>', 'address of the contract', address)
    .argument('<data>', 'call data: selector and arguments, hex', data)
    .addArgument(
      new Argument('[height]', 'on the state after this block; 0 is the last one')
        .argParser(u64('height'))
        .default(0n, '0'),
    )
    .action((to: Uint8Array, method: Uint8Array, height: bigint, options: { from?: Uint8Array }) =>
      run(async (tool) => {
        const from = options.from ?? (await tool.accountAddress());
        const { value } = await tool.chain.executor.call({ to, from, method, args: [], height });
        tool.print(hex(value));
      }),
    );

  const create = program
    .command('create')
    .description('deploy a contract; prints the hash of the transaction, whose receipt tells the address')
    .argument('<data>', 'creation code and constructor arguments, hex', data)
    .action((code: Uint8Array, { until, ...options }: TransactionOptions) =>
      run(async (tool) => {
        const intent = { to: new Uint8Array(), data: code, ...options };
        tool.print(hex(await sendTransaction(tool.chain, await tool.account(), intent, until)));
      }),
    );
  withTransactionOptions(create, CREATE_QUOTA);
}
