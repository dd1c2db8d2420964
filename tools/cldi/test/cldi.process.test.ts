// The program as a person starts it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cldi-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function run(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, CLDI_HOME: join(home, 'cldi') },
  });
  child.stdin.end(input);
  const [stdout, stderr, [exit]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { exit, stdout, stderr };
}

describe('the process', () => {
  it('ends with the exit code of its command', async () => {
    expect(await run(['account', 'list'])).toMatchObject({ exit: 0, stderr: '' });
    expect(await run(['account', 'export', 'nobody'])).toMatchObject({ exit: 1, stdout: '' });
    expect(await run(['account', 'exprot'])).toMatchObject({ exit: 2, stdout: '' });
  });

  it('reaches no node', async () => {
    const { exit, stderr } = await run(['-r', '127.0.0.1:1', 'get', 'block-number']);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/^Error: status: Unavailable, message: "/);
    expect(stderr).toContain(
      'Hint: does the node run? The controller is expected at 127.0.0.1:1 (-r host:port)',
    );
  });

  it('without a command takes lines, asks, and goes on after errors', async () => {
    const lines = [
      'account generate --name bob -p secret',
      'account export bob',
      '"open',
      'nonsense',
      '-u bob',
      'account delete default',
      'y',
      'context list',
    ];
    const { exit, stdout, stderr } = await run([], `${lines.join('\n')}\n`);
    expect(exit).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain('"secret_key"');
    expect(stdout).toContain('Error: parse error: `"open`');
    expect(stdout).toContain("error: unknown command 'nonsense'");
    expect(stdout).toContain('account `default` deleted');
    expect(stdout).toMatch(/"current_context": \{\s+"account_name": "bob"/);
  });
});
