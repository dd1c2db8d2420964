import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSuite } from '@hexapod/crypto/suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateAccount } from './account.ts';
import { storedForm } from './account-file.ts';
import { ClientHome } from './client-home.ts';
import { DEFAULT_CONTEXT } from './contexts.ts';

const sm = await loadSuite('sm');
let folder: string;
let home: ClientHome;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'client-home-')), 'home');
  home = new ClientHome(folder);
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

describe('the home of a client', () => {
  it('is made on first use, for its owner only, and then left alone', async () => {
    await home.prepare();
    const first = await readFile(join(folder, 'accounts/default.toml'), 'utf8');
    await home.prepare();
    expect(await readFile(join(folder, 'accounts/default.toml'), 'utf8')).toBe(first);
    expect((await home.readContexts()).contexts.get('default')).toEqual(DEFAULT_CONTEXT);
    expect((await stat(folder)).mode & 0o077).toBe(0);
    expect((await stat(join(folder, 'accounts/default.toml'))).mode & 0o077).toBe(0);
  });

  it('is refused when a file stands in its place', async () => {
    await mkdir(join(folder, '..'), { recursive: true });
    await writeFile(folder, 'a wallet of 0.2.0');
    await expect(home.prepare()).rejects.toThrow(`${folder} is a file, not a folder`);
  });

  it('keeps contexts, sorted by name', async () => {
    const contexts = new Map([
      ['node-1', { ...DEFAULT_CONTEXT, crypto_type: 'ETH' as const, connect_timeout: 10 }],
      ['default', DEFAULT_CONTEXT],
    ]);
    await home.writeContexts({ defaultContext: 'node-1', contexts });
    const read = await home.readContexts();
    expect(read).toEqual({ defaultContext: 'node-1', contexts });
    expect([...read.contexts.keys()]).toEqual(['default', 'node-1']);
    expect(await readdir(folder)).toEqual(['config.toml']);
  });

  it("reads the original's file", async () => {
    await mkdir(folder, { recursive: true });
    const text = [
      "default_context = 'default'",
      '[context_settings.default]',
      "controller_addr = 'localhost:50004'",
      "executor_addr = 'localhost:50002'",
      "account_name = 'default'",
      "crypto_type = 'SM'",
      "consensus_type = 'BFT'",
      'connect_timeout = 3',
    ];
    await writeFile(join(folder, 'config.toml'), text.join('\n'));
    expect((await home.readContexts()).contexts.get('default')).toEqual(DEFAULT_CONTEXT);
    await writeFile(join(folder, 'config.toml'), text.join('\n').replace('BFT', 'POW'));
    await expect(home.readContexts()).rejects.toThrow(
      'config.toml: context_settings.default.consensus_type: wanted one of BFT, OVERLORD, RAFT',
    );
  });
});

describe('the keystore', () => {
  it('never overwrites an account', async () => {
    const first = storedForm(generateAccount(sm));
    await home.keystore.add('alice', first);
    const second = home.keystore.add('alice', storedForm(generateAccount(sm)));
    await expect(second).rejects.toThrow('account `alice` already exists');
    expect(await home.keystore.load('alice')).toEqual(first);
    expect(await readdir(join(folder, 'accounts'))).toEqual(['alice.toml']);
  });

  it('replaces, removes and lists', async () => {
    const account = generateAccount(sm);
    await home.keystore.add('bob', storedForm(account));
    await home.keystore.replace('bob', storedForm(account, 'pw'));
    await home.keystore.add('alice', storedForm(account));
    const { accounts } = await home.keystore.list();
    expect(accounts.map(({ name, isLocked }) => [name, isLocked])).toEqual([
      ['alice', false],
      ['bob', true],
    ]);
    await home.keystore.remove('bob');
    expect(await home.keystore.find('bob')).toBeUndefined();
    await expect(home.keystore.load('bob')).rejects.toThrow('account `bob` not found');
    await expect(home.keystore.remove('bob')).rejects.toThrow('account `bob` not found');
  });

  it('lists the good accounts and names the damaged ones', async () => {
    await home.keystore.add('good', storedForm(generateAccount(sm)));
    await writeFile(join(folder, 'accounts/bad.toml'), 'crypto_type = "SM"');
    await writeFile(join(folder, 'accounts/.hidden.toml'), 'not looked at');
    const { accounts, problems } = await home.keystore.list();
    expect(accounts.map(({ name }) => name)).toEqual(['good']);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain('bad.toml');
  });

  it.each(['../evil', '', '.hidden', 'a/b', 'x'.repeat(129)])('refuses the name `%s`', async (name) => {
    await expect(home.keystore.find(name)).rejects.toThrow('invalid account name');
  });
});
