// What holds from one command to the next: the current context and which accounts are unlocked; and what a command works
// with (docs/protocol/cldi.md 3, 4).

import type { Account } from '@hexapod/sdk/account';
import { openAccount, type StoredAccount } from '@hexapod/sdk/account-file';
import type { ChainClient } from '@hexapod/sdk/chain-client';
import { ClientError } from '@hexapod/sdk/client-error';
import type { ClientHome } from '@hexapod/sdk/client-home';
import { type Context, DEFAULT_CONTEXT } from '@hexapod/sdk/contexts';
import type { CryptoType } from '@hexapod/sdk/crypto-type';
import { connectExplained } from './explained-chain.ts';
import { formatJson, type Json } from './output/json.ts';
import type { Terminal } from './terminal.ts';

/** The options in front of the subcommand. */
export interface GlobalOptions {
  readonly context?: string;
  readonly r?: string;
  readonly e?: string;
  readonly u?: string;
  readonly p?: string;
  readonly crypto?: CryptoType;
  readonly consensus?: Context['consensus_type'];
  readonly t?: number;
}

/** Where commands are sent to, and as whom. */
export interface Setting {
  readonly context: Context;
  /** Passwords of accounts that are unlocked in memory, by name. */
  readonly passwords: ReadonlyMap<string, string>;
}

export class Session {
  readonly home: ClientHome;
  /** The interactive mode puts its own here. */
  terminal: Terminal;
  /** Stays until it is replaced. */
  current: Setting;

  private constructor(home: ClientHome, terminal: Terminal, current: Setting) {
    this.home = home;
    this.terminal = terminal;
    this.current = current;
  }

  /** Starts with the default context. Makes the home on first use. */
  static async open(home: ClientHome, terminal: Terminal): Promise<Session> {
    await home.prepare();
    const { defaultContext, contexts } = await home.readContexts();
    const context = contexts.get(defaultContext);
    if (!context) {
      terminal.err(
        `default context \`${defaultContext}\` not found, the built-in one is used instead\n` +
          'choose another: cldi context default <name>\n',
      );
    }
    return new Session(home, terminal, { context: context ?? DEFAULT_CONTEXT, passwords: new Map() });
  }

  /** The current setting changed by options; nothing is stored. */
  async settingWith(options: GlobalOptions): Promise<Setting> {
    const base = options.context === undefined ? this.current.context : await this.#saved(options.context);
    const context: Context = {
      controller_addr: options.r ?? base.controller_addr,
      executor_addr: options.e ?? base.executor_addr,
      account_name: options.u ?? base.account_name,
      crypto_type: options.crypto ?? base.crypto_type,
      consensus_type: options.consensus ?? base.consensus_type,
      connect_timeout: options.t ?? base.connect_timeout,
    };
    const { keystore } = this.home;
    if (options.u !== undefined) await keystore.load(options.u);
    if (options.p === undefined) return { context, passwords: this.current.passwords };
    const name = context.account_name;
    await openAccount(name, await keystore.load(name), options.p);
    return { context, passwords: new Map([...this.current.passwords, [name, options.p]]) };
  }

  /** Keeps an account unlocked for the rest of the session. */
  remember(name: string, password: string): void {
    this.current = { ...this.current, passwords: new Map([...this.current.passwords, [name, password]]) };
  }

  async #saved(name: string): Promise<Context> {
    const context = (await this.home.readContexts()).contexts.get(name);
    if (context) return context;
    throw new ClientError(`context \`${name}\` not found`, {
      hint: '`cldi context list` shows the saved ones',
    });
  }
}

/** What one command works with. */
export class Tool {
  readonly session: Session;
  readonly setting: Setting;
  readonly terminal: Terminal;
  /** Aborted when the person at the terminal does not want to wait. */
  readonly signal: AbortSignal;
  /** Rejects then, unless the command ends by itself. */
  readonly interrupted: Promise<never>;
  #endsByItself = false;
  readonly #chains: ChainClient[] = [];

  constructor(session: Session, setting: Setting, signal: AbortSignal) {
    this.session = session;
    this.setting = setting;
    this.terminal = session.terminal;
    this.signal = signal;
    this.interrupted = new Promise((_, reject) => {
      signal.addEventListener('abort', () => this.#endsByItself || reject(new ClientError('Canceled')), {
        once: true,
      });
    });
  }

  /** The command will end when the signal is aborted, with what it still has to say. */
  endOnInterrupt(): AbortSignal {
    this.#endsByItself = true;
    return this.signal;
  }

  get context(): Context {
    return this.setting.context;
  }

  get home(): ClientHome {
    return this.session.home;
  }

  /** The node of the context; one connection for the whole command. */
  get chain(): ChainClient {
    return this.#chains[0] ?? this.connect();
  }

  /** A connection more. `timeoutMs` of a call, 0: none; default: the context's. */
  connect(timeoutMs = this.context.connect_timeout * 1000): ChainClient {
    const { controller_addr: controller, executor_addr: executor } = this.context;
    const chain = connectExplained({ controller, executor }, { timeoutMs });
    this.#chains.push(chain);
    return chain;
  }

  /** The account to act as, with its key. */
  async account(): Promise<Account> {
    const { account_name: name, crypto_type: cryptoType } = this.context;
    const stored = await this.#storedAccount(name);
    if (stored.cryptoType !== cryptoType) {
      throw new ClientError(
        `account \`${name}\` is of type ${stored.cryptoType}, the chain of type ${cryptoType}`,
        {
          hint: `choose an account with -u, or say what the chain is with --crypto ${stored.cryptoType}`,
        },
      );
    }
    return openAccount(name, stored, this.setting.passwords.get(name));
  }

  /** The address of the account to act as; no password is needed for it. */
  async accountAddress(): Promise<Uint8Array> {
    return (await this.#storedAccount(this.context.account_name)).address;
  }

  print(text: string): void {
    this.terminal.out(`${text}\n`);
  }

  printJson(value: Json, keys: 'sorted' | 'given' = 'sorted'): void {
    this.print(formatJson(value, keys));
  }

  close(): void {
    for (const chain of this.#chains) chain.close();
  }

  async #storedAccount(name: string): Promise<StoredAccount> {
    const stored = await this.home.keystore.find(name);
    if (stored) return stored;
    throw new ClientError(`current account \`${name}\` not found`, {
      hint: '`cldi account list` shows the accounts, -u chooses one, `cldi account generate --name` makes one',
    });
  }
}
