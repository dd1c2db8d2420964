// `cldi account`: the keys a person signs with (docs/protocol/cldi.md 9).

import { type Account, accountOf, generateAccount } from '@hexapod/sdk/account';
import { openAccount, storedForm } from '@hexapod/sdk/account-file';
import { ClientError } from '@hexapod/sdk/client-error';
import { CRYPTO_TYPES, type CryptoType, loadSuiteOf } from '@hexapod/sdk/crypto-type';
import { parseData } from '@hexapod/sdk/parse-value';
import type { Command } from 'commander';
import { oneOf, parsedBy } from '../arguments.ts';
import { hex } from '../output/hex.ts';
import type { Tool } from '../session.ts';
import type { Run } from './run.ts';

interface NewAccountOptions {
  readonly name?: string;
  readonly password?: string;
  readonly crypto?: CryptoType;
}

export function addAccountCommands(program: Command, run: Run): void {
  const account = program.command('account').alias('a').description('manage accounts');
  addMakingCommands(account, run);
  addLockCommands(account, run);

  account
    .command('list')
    .aliases(['ls', 'l'])
    .description('all accounts, sorted by name')
    .action(() => run(listAccounts));
  account
    .command('export')
    .description('show an account with its secret key')
    .argument('<name>')
    .option('-p, --password <pw>', 'password of a locked account')
    .action((name: string, { password }: { password?: string }) =>
      run((tool) => exportAccount(tool, name, password)),
    );
  account
    .command('delete')
    .aliases(['del', 'rm', 'remove'])
    .description('remove an account; without a copy of its secret key it is lost')
    .argument('<name>')
    .option('-y, --yes', 'do not ask')
    .action((name: string, { yes }: { yes?: true }) =>
      run((tool) => deleteAccount(tool, name, yes === true)),
    );
}

function addMakingCommands(account: Command, run: Run): void {
  const withOptions = (command: Command): Command =>
    command
      .option('--name <name>', 'name of the account (default: its address)')
      .option('-p, --password <pw>', 'store the secret key encrypted with this password')
      .option('--crypto <type>', "SM or ETH (default: the context's)", oneOf(CRYPTO_TYPES));
  withOptions(
    account
      .command('generate')
      .aliases(['gen', 'g', 'create'])
      .description('make a new account; prints it with its secret key'),
  ).action((options: NewAccountOptions) =>
    run(async (tool) => {
      const suite = await loadSuiteOf(options.crypto ?? tool.context.crypto_type);
      const made = generateAccount(suite);
      const stored = await addAccount(tool, made, options);
      const json = {
        crypto_type: stored.cryptoType,
        address: hex(stored.address),
        public_key: hex(stored.publicKey),
        [stored.isLocked ? 'encrypted_sk' : 'secret_key']: hex(stored.secret),
      };
      tool.printJson(json, 'given');
    }),
  );
  withOptions(
    account
      .command('import')
      .description('take over an account by its secret key')
      .argument('<secret-key>', '64 hex digits', parsedBy(parseData)),
  ).action((secretKey: Uint8Array, options: NewAccountOptions) =>
    run(async (tool) => {
      const suite = await loadSuiteOf(options.crypto ?? tool.context.crypto_type);
      const imported = accountOf(suite, secretKey);
      await addAccount(tool, imported, options);
      tool.printJson({ address: hex(imported.address), pubkey: hex(imported.publicKey) });
    }),
  );
}

function addLockCommands(account: Command, run: Run): void {
  account
    .command('unlock')
    .description('store the secret key in clear')
    .argument('<name>')
    .requiredOption('-p, --password <pw>', 'password of the account')
    .action((name: string, { password }: { password: string }) =>
      run(async ({ home }) => {
        const opened = await openAccount(name, await home.keystore.load(name), password);
        await home.keystore.replace(name, storedForm(opened));
      }),
    );
  account
    .command('lock')
    .description('store the secret key encrypted')
    .argument('<name>')
    .requiredOption('-p, --password <pw>', 'the password it gets')
    .action((name: string, { password }: { password: string }) =>
      run(async ({ home }) => {
        const stored = await home.keystore.load(name);
        if (stored.isLocked) {
          const hint = `to change its password: cldi account unlock ${name} -p <old>, then lock it again`;
          throw new ClientError(`account \`${name}\` is already locked`, { hint });
        }
        await home.keystore.replace(name, storedForm(await openAccount(name, stored), password));
      }),
    );
}

async function addAccount(tool: Tool, account: Account, { name, password }: NewAccountOptions) {
  const stored = storedForm(account, password);
  const chosen = name ?? hex(account.address);
  await tool.home.keystore.add(chosen, stored);
  if (password !== undefined) tool.session.remember(chosen, password);
  return stored;
}

async function listAccounts(tool: Tool): Promise<void> {
  const { accounts, problems } = await tool.home.keystore.list();
  for (const { message } of problems) tool.terminal.err(`skipped: ${message}\n`);
  tool.printJson(
    accounts.map(({ name, address, publicKey, cryptoType, isLocked }) => ({
      name,
      address: hex(address),
      pubkey: hex(publicKey),
      crypto_type: cryptoType,
      is_locked: isLocked && !tool.setting.passwords.has(name),
    })),
  );
}

async function exportAccount(tool: Tool, name: string, password: string | undefined): Promise<void> {
  const stored = await tool.home.keystore.load(name);
  const opened = await openAccount(name, stored, password ?? tool.setting.passwords.get(name));
  tool.printJson({
    address: hex(opened.address),
    crypto_type: stored.cryptoType,
    public_key: hex(opened.publicKey),
    secret_key: hex(opened.privateKey),
  });
}

async function deleteAccount(tool: Tool, name: string, isSure: boolean): Promise<void> {
  await tool.home.keystore.load(name);
  let answer = isSure ? 'y' : '';
  while (!/^[yn]$/i.test(answer)) {
    answer = (await tool.terminal.ask(`delete account \`${name}\`? (y/n) `)).trim();
  }
  if (!/^y$/i.test(answer)) return;
  await tool.home.keystore.remove(name);
  tool.print(`account \`${name}\` deleted`);
}
