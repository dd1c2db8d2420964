// The command line: global options, the tree of commands, exit codes (docs/protocol/cldi.md 4, 7, 13).

import { CONSENSUS_TYPES } from '@hexapod/sdk/contexts';
import { CRYPTO_TYPES } from '@hexapod/sdk/crypto-type';
import { Command, CommanderError } from 'commander';
import { oneOf, unsigned } from './arguments.ts';
import { addAccountCommands } from './commands/account.ts';
import { addAdminCommands } from './commands/admin.ts';
import { addBenchCommands } from './commands/bench.ts';
import { addContextCommands } from './commands/context.ts';
import { addGetCommands } from './commands/get.ts';
import { addRpcCommands } from './commands/rpc.ts';
import type { Run } from './commands/run.ts';
import { addTransactionCommands } from './commands/transact.ts';
import { addWatchCommand } from './commands/watch.ts';
import { describeFailure } from './failure.ts';
import { type GlobalOptions, type Session, Tool } from './session.ts';

/** The original's release whose commands and texts these are, and our own. */
const VERSION = 'cldi 0.5.2 (hexapod 0.1.0)';

/** Exit codes of the original. */
const FAILED = 1;
const BAD_USAGE = 2;

export const SETTING_CHANGED = 'setting changed';

/**
 * Runs one line of arguments and returns the exit code. Without a subcommand the options change the session's setting, and
 * `SETTING_CHANGED` is returned: the interactive mode is wanted.
 */
export async function runCommandLine(
  session: Session,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number | typeof SETTING_CHANGED> {
  const { terminal } = session;
  let context = session.current.context;
  const run: Run = async (action) => {
    const setting = await session.settingWith(program.opts<GlobalOptions>());
    context = setting.context;
    const tool = new Tool(session, setting, signal);
    try {
      await Promise.race([action(tool), tool.interrupted]);
    } finally {
      tool.close();
    }
  };
  const program = buildProgram(session, run);
  try {
    const { operands, unknown } = program.parseOptions([...args]);
    if (operands.length === 0 && unknown.length === 0) {
      session.current = await session.settingWith(program.opts<GlobalOptions>());
      return SETTING_CHANGED;
    }
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_USAGE;
    terminal.err(describeFailure(error, context));
    return FAILED;
  }
}

function buildProgram({ terminal }: Session, run: Run): Command {
  const program = new Command('cldi')
    .description('A client for CITA-Cloud chains: accounts, transactions, contracts, blocks.')
    .usage('[options] <command> …')
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .configureHelp({ showGlobalOptions: false })
    .showHelpAfterError('(--help shows how)')
    .enablePositionalOptions()
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command');
  addGlobalOptions(program);
  addGetCommands(program, run);
  addTransactionCommands(program, run);
  addContextCommands(program, run);
  addAccountCommands(program, run);
  addAdminCommands(program, run);
  addRpcCommands(program, run);
  addBenchCommands(program, run);
  addWatchCommand(program, run);
  return program.addHelpText('after', EPILOGUE);
}

function addGlobalOptions(program: Command): void {
  program
    .option('-c, --context <name>', 'start from this saved context')
    .option('-r <host:port>', 'address of the controller')
    .option('-e <host:port>', 'address of the executor')
    .option('-u <name>', 'account to act as')
    .option('-p <password>', 'password of that account')
    .option('--crypto <type>', 'SM or ETH: the cryptography of the chain', oneOf(CRYPTO_TYPES))
    .option('--consensus <type>', 'BFT, OVERLORD or RAFT: the consensus of the chain', oneOf(CONSENSUS_TYPES))
    .option('-t <seconds>', 'how long to wait for an answer', unsigned('timeout', 32));
}

const EPILOGUE = `
The options above stand before the command and hold for it alone: cldi -u alice send … ; several commands have
options of the same letters with other meanings. \`cldi context save\` keeps a setting. Without a command the
interactive mode starts.

Accounts and contexts are kept in ~/.cloud-cli, or in the folder that the environment variable CLDI_HOME names.

Examples:
  cldi get block-number
  cldi account generate --name alice
  cldi -u alice create 0x6080…                  deploy a contract, prints the transaction's hash
  cldi get receipt 0x…                          its contract_addr, or why it failed
  cldi -u alice send <contract> 0x4f2be91f      call a function that changes something
  cldi call <contract> 0x06661abd               ask a function
  cldi watch                                    see the blocks come
`;
