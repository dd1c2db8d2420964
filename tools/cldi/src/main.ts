// The command-line client: `npm run -s cldi -- …`.

import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

enableCompileCache();
const { ClientHome } = await import('@hexapod/sdk/client-home');
const { runCommandLine, SETTING_CHANGED } = await import('./command-line.ts');
const { describeFailure } = await import('./failure.ts');
const { Session } = await import('./session.ts');
const { processTerminal } = await import('./terminal.ts');

/** `head` and the like close the pipe when they have seen enough: that is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

async function main(): Promise<number> {
  const folder = process.env.CLDI_HOME || join(homedir(), '.cloud-cli');
  const session = await Session.open(new ClientHome(folder), processTerminal);
  const interrupt = new AbortController();
  // The first Ctrl-C lets a command finish its text (`watch` prints its sum), the second ends the process.
  process.once('SIGINT', () => interrupt.abort());
  const outcome = await runCommandLine(session, process.argv.slice(2), interrupt.signal);
  if (outcome !== SETTING_CHANGED) return outcome;
  const { runInteractive } = await import('./interactive.ts');
  await runInteractive(session);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(describeFailure(error));
  process.exitCode = 1;
}
