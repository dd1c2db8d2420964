// The folder of a client: `config.toml` with its contexts, `accounts/` with its keys (docs/protocol/cldi.md 2).

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { generateAccount } from './account.ts';
import { storedForm } from './account-file.ts';
import { ClientError } from './client-error.ts';
import { type Contexts, DEFAULT_CONTEXT, formatContexts, parseContexts } from './contexts.ts';
import { loadSuiteOf } from './crypto-type.ts';
import { Keystore } from './keystore.ts';
import { createFile, isFileError, replaceFile } from './whole-file.ts';

export class ClientHome {
  readonly folder: string;
  readonly keystore: Keystore;

  constructor(folder: string) {
    this.folder = folder;
    this.keystore = new Keystore(join(folder, 'accounts'));
  }

  get #configFile(): string {
    return join(this.folder, 'config.toml');
  }

  /** Throws ClientError when the file is damaged; without a file there is only the default context. */
  async readContexts(): Promise<Contexts> {
    try {
      return parseContexts(this.#configFile, await readFile(this.#configFile, 'utf8'));
    } catch (error) {
      if (!isFileError(error, 'ENOENT')) throw error;
      return { defaultContext: 'default', contexts: new Map([['default', DEFAULT_CONTEXT]]) };
    }
  }

  async writeContexts(contexts: Contexts): Promise<void> {
    await replaceFile(this.#configFile, formatContexts(contexts));
  }

  /** Makes the folder with the default context and an SM account `default`, unless it is there. */
  async prepare(): Promise<void> {
    if (await this.#exists()) return;
    const account = generateAccount(await loadSuiteOf('SM'));
    await this.keystore.add('default', storedForm(account));
    const contexts: Contexts = {
      defaultContext: 'default',
      contexts: new Map([['default', DEFAULT_CONTEXT]]),
    };
    await createFile(this.#configFile, formatContexts(contexts));
  }

  async #exists(): Promise<boolean> {
    try {
      if ((await stat(this.folder)).isDirectory()) return true;
    } catch (error) {
      if (isFileError(error, 'ENOENT')) return false;
      throw error;
    }
    throw new ClientError(`${this.folder} is a file, not a folder`, {
      hint: 'a client of version 0.2.0 kept its accounts in such a file: move it away and import the keys again',
    });
  }
}
