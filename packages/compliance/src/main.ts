// Runs the suite of one process against an address:
//
//   node packages/compliance/src/main.ts storage 127.0.0.1:50003 [--bad-input]
//
// Prints a line per check; the exit code is 1 when one fails.

import { badInputChecks } from './bad-input.ts';
import { Peer } from './peer.ts';
import { SUITES } from './suites.ts';

const [process_, address, option] = process.argv.slice(2);
const suite = SUITES.find((candidate) => candidate.process === process_);
if (!suite || !address || (option !== undefined && option !== '--bad-input')) {
  const names = SUITES.map((candidate) => candidate.process).join('|');
  process.stderr.write(`usage: main.ts ${names} HOST:PORT [--bad-input]\n`);
  process.exit(2);
}

const peer = new Peer(address);
const failed: string[] = [];
const checks = option ? [...suite.checks, ...badInputChecks(suite.process)] : suite.checks;
for (const check of checks) {
  try {
    await check.run(peer);
    process.stdout.write(`ok      ${check.name}\n`);
  } catch (error) {
    failed.push(check.name);
    process.stdout.write(
      `FAILED  ${check.name}\n        ${(error as Error).message.replaceAll('\n', '\n        ')}\n`,
    );
  }
}
peer.close();
process.stdout.write(`${checks.length - failed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
