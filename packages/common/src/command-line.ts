// The command line that all six services share (docs/protocol/common.md 1).

import { Command, CommanderError } from 'commander';

/** The release whose interfaces and files we keep to. */
export const COMPATIBLE_VERSION = '6.6.3';

export interface Paths {
  readonly config: string;
  readonly log: string;
  /** Only where the service takes `-p`. */
  readonly privateKey: string;
}

export interface CommandLineSpec {
  /** The role: controller, network, consensus, storage, executor, crypto. */
  readonly name: string;
  readonly about: string;
  readonly options?: { readonly privateKey?: boolean };
  /** Exit code without a subcommand: 2, but 0 for the executor. */
  readonly bareExitCode?: number;
}

/** What to do: run with these paths, or end with this exit code (the text is already written). */
export type CommandLine = { readonly run: Paths } | { readonly exit: number };

/** Reads the arguments after the script's name. */
export function parseCommandLine(spec: CommandLineSpec, args: readonly string[]): CommandLine {
  let paths: Paths | undefined;
  const program = new Command(spec.name)
    .description(spec.about)
    .version(`${spec.name} ${COMPATIBLE_VERSION} (hexapod)`, '-V, --version', 'print version')
    .helpOption('-h, --help', 'print help')
    .exitOverride();
  const run = program
    .command('run')
    .description('run the service')
    .option('-c, --config <path>', 'the config file', 'config.toml')
    .option('-l, --log <path>', 'the log4rs file', `${spec.name}-log4rs.yaml`)
    .allowExcessArguments(false)
    .action((options: { config: string; log: string; private_key_path?: string }) => {
      paths = {
        config: options.config,
        log: options.log,
        privateKey: options.private_key_path ?? 'private_key',
      };
    });
  if (spec.options?.privateKey) {
    run.option('-p, --private_key_path <path>', 'the private key file', 'private_key');
  }
  if (args.length === 0) {
    program.outputHelp({ error: true });
    return { exit: spec.bareExitCode ?? 2 };
  }
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exit: error.exitCode === 0 ? 0 : 2 };
  }
  return paths ? { run: paths } : { exit: 2 };
}
