// The accounts of a client: a folder with one TOML file for each.

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatAccountFile, parseAccountFile, type StoredAccount } from './account-file.ts';
import { ClientError } from './client-error.ts';
import { createFile, isFileError, replaceFile } from './whole-file.ts';

const EXTENSION = '.toml';

/** A name becomes a file's name, so it may hold neither a path nor a hidden file. */
const NAME = /^[^./\\\0][^/\\\0]{0,127}$/;

export interface KeystoreListing {
  /** Sorted by name. */
  readonly accounts: readonly (StoredAccount & { readonly name: string })[];
  /** Files that look like accounts and are not. */
  readonly problems: readonly ClientError[];
}

export class Keystore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async list(): Promise<KeystoreListing> {
    const accounts: (StoredAccount & { name: string })[] = [];
    const problems: ClientError[] = [];
    for (const name of await this.#names()) {
      try {
        accounts.push({ name, ...(await this.load(name)) });
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        problems.push(error);
      }
    }
    return { accounts, problems };
  }

  /** Undefined when there is no such account. Throws ClientError when its file is damaged. */
  async find(name: string): Promise<StoredAccount | undefined> {
    const path = this.#path(name);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (isFileError(error, 'ENOENT')) return undefined;
      throw error;
    }
    return parseAccountFile(path, text);
  }

  /** Throws ClientError when there is no such account or its file is damaged. */
  async load(name: string): Promise<StoredAccount> {
    const account = await this.find(name);
    if (account) return account;
    throw this.#notFound(name);
  }

  /** Stores a new account. Throws ClientError when the name is taken. */
  async add(name: string, account: StoredAccount): Promise<void> {
    if (await createFile(this.#path(name), formatAccountFile(account))) return;
    throw new ClientError(`account \`${name}\` already exists`, {
      hint: `choose another name, or remove it first: cldi account delete ${name}`,
    });
  }

  /** Stores a known account in another form. */
  async replace(name: string, account: StoredAccount): Promise<void> {
    await replaceFile(this.#path(name), formatAccountFile(account));
  }

  async remove(name: string): Promise<void> {
    try {
      await rm(this.#path(name));
    } catch (error) {
      if (!isFileError(error, 'ENOENT')) throw error;
      throw this.#notFound(name);
    }
  }

  #path(name: string): string {
    if (!NAME.test(name)) {
      throw new ClientError(`invalid account name: \`${name}\``, {
        hint: 'a name has 1 to 128 characters, no slash, and does not start with a dot',
      });
    }
    return join(this.#folder, `${name}${EXTENSION}`);
  }

  async #names(): Promise<string[]> {
    try {
      const files = await readdir(this.#folder);
      const names = files
        .filter((file) => file.endsWith(EXTENSION))
        .map((file) => file.slice(0, -EXTENSION.length));
      return names.filter((name) => NAME.test(name)).sort();
    } catch (error) {
      if (isFileError(error, 'ENOENT')) return [];
      throw error;
    }
  }

  #notFound(name: string): ClientError {
    return new ClientError(`account \`${name}\` not found`, {
      hint: `\`cldi account list\` shows the accounts in ${this.#folder}`,
    });
  }
}
