// The command line of the devnet. `npm start` is `start`; `npm run devnet -- …` are all the others.

import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ChainParameters } from './chain.ts';
import { type ControlRequest, sendCommand } from './control.ts';
import { basePortRange, MAX_NODES, SERVICES, type ServiceName } from './layout.ts';
import { runDevnet } from './run.ts';
import { type DevnetState, readState } from './state-file.ts';

const DEFAULT_DATA = '.devnet';

function integer(min: number, max: number, what: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`wanted ${what}, a whole number from ${min} to ${max}`);
    }
    return value;
  };
}

function service(text: string): ServiceName {
  const found = SERVICES.find((name) => name === text);
  if (!found) throw new InvalidArgumentError(`wanted one of ${SERVICES.join(', ')}`);
  return found;
}

const dataOption = (): Option =>
  new Option('--data <dir>', 'folder that keeps the chain')
    .default(DEFAULT_DATA)
    .argParser((path) => resolve(path));

async function runningState(data: string): Promise<DevnetState> {
  const state = await readState(resolve(data));
  if (!state)
    throw new Error(`no devnet runs on ${resolve(data)}: start one with "npm start", or name its --data`);
  return state;
}

async function command(data: string, request: ControlRequest): Promise<void> {
  const state = await runningState(data);
  try {
    process.stdout.write(`${await sendCommand(state, request)}\n`);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Error(
      `the devnet on ${resolve(data)} does not answer: it ended without a word; start it again`,
      {
        cause: error,
      },
    );
  }
}

const node = (text: string): number => integer(0, MAX_NODES - 1, 'the number of a node')(text);

const program = new Command('devnet')
  .description('A Hexapod chain of several nodes, six processes each, on this machine.')
  .showHelpAfterError('(--help shows all options)');

interface StartOptions extends Partial<ChainParameters> {
  data: string;
  fresh?: true;
}

program
  .command('start', { isDefault: true })
  .description('make a chain, or continue the one in --data, and run it until Ctrl-C')
  .option(
    '--nodes <n>',
    `number of validators, 1 to ${MAX_NODES} (default: 4)`,
    integer(1, MAX_NODES, 'a number of nodes'),
  )
  .addOption(
    new Option('--crypto <name>', 'SM2 and SM3, or secp256k1 and Keccak (default: sm)').choices([
      'sm',
      'eth',
    ]),
  )
  .option('--interval <seconds>', 'time from block to block (default: 3)', integer(1, 3600, 'seconds'))
  .option(
    '--base-port <p>',
    'node i serves gRPC on p + 1000·i … + 5 (network, consensus, executor, storage, controller, crypto), metrics on ' +
      'p + 10000 + 100·i … + 5, its link on p − 10000 + i (default: 50000)',
    integer(basePortRange(1).min, basePortRange(1).max, 'a port'),
  )
  .addOption(dataOption())
  .option('--fresh', 'throw the chain in --data away and make a new one')
  .action(({ data, fresh, ...wanted }: StartOptions) => runDevnet(resolve(data), wanted, fresh === true));

program
  .command('stop')
  .description('stop a running devnet')
  .addOption(dataOption())
  .action(({ data }: { data: string }) => command(data, { action: 'stop-all' }));

program
  .command('status')
  .description('print what runs where, as JSON')
  .addOption(dataOption())
  .action(async ({ data }: { data: string }) => {
    const { control: _secret, ...state } = await runningState(data);
    process.stdout.write(`${JSON.stringify(state, null, 2)}\n`);
  });

const ACTIONS = {
  stop: 'stop in order',
  start: 'start again',
  kill: 'end at once, as a power cut would',
} as const;

const nodeCommand = program.command('node').description('stop, start or kill one node of a running devnet');
const processCommand = program.command('process').description('stop, start or kill one process of a node');
for (const action of ['stop', 'start', 'kill'] as const) {
  nodeCommand
    .command(action)
    .description(ACTIONS[action])
    .argument('<node>', 'number of the node, from 0', node)
    .addOption(dataOption())
    .action((index: number, { data }: { data: string }) => command(data, { action, node: index }));
  processCommand
    .command(action)
    .description(ACTIONS[action])
    .argument('<node>', 'number of the node, from 0', node)
    .argument('<service>', SERVICES.join(', '), service)
    .addOption(dataOption())
    .action((index: number, name: ServiceName, { data }: { data: string }) =>
      command(data, { action, node: index, service: name }),
    );
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`devnet: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
