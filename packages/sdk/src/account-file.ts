// The file of one account, `accounts/<name>.toml`: the original client's format (docs/protocol/cldi.md 9).

import { equalBytes, fromHex, toHex } from '@hexapod/protocol/bytes';
import { stringify } from 'smol-toml';
import { z } from 'zod';
import { type Account, accountOf } from './account.ts';
import { ClientError } from './client-error.ts';
import { CRYPTO_TYPES, type CryptoType, cryptoTypeOf, loadSuiteOf } from './crypto-type.ts';
import { decryptSecret, encryptSecret } from './secret-cipher.ts';
import { parseTomlText } from './toml-text.ts';

export interface StoredAccount {
  readonly cryptoType: CryptoType;
  readonly address: Uint8Array;
  readonly publicKey: Uint8Array;
  /** The 32 bytes of the secret key, encrypted with a password when `isLocked`. */
  readonly secret: Uint8Array;
  readonly isLocked: boolean;
}

const hex = (length: number) =>
  z
    .string()
    .regex(new RegExp(`^(0x)?[0-9a-fA-F]{${2 * length}}$`), `wanted ${2 * length} hex digits`)
    .transform((text) => fromHex(text));

const FileSchema = z
  .object({
    crypto_type: z.enum(CRYPTO_TYPES, `wanted ${CRYPTO_TYPES.join(' or ')}`),
    address: hex(20),
    public_key: hex(64),
    secret_key: hex(32).optional(),
    encrypted_sk: hex(32).optional(),
  })
  .refine((file) => (file.secret_key === undefined) !== (file.encrypted_sk === undefined), {
    path: ['secret_key'],
    message: 'wanted either secret_key or encrypted_sk',
  });

/** Throws ClientError when the text is not an account, or when its address does not belong to its public key. */
export async function parseAccountFile(path: string, text: string): Promise<StoredAccount> {
  const hint =
    'an account is made by `cldi account generate` or `cldi account import`; remove this file if it is none';
  const file = parseTomlText(path, text, FileSchema, hint);
  const suite = await loadSuiteOf(file.crypto_type);
  if (!equalBytes(suite.address(file.public_key), file.address)) {
    throw new ClientError(`${path}: address: does not belong to public_key`, { hint });
  }
  const secret = file.secret_key ?? file.encrypted_sk ?? new Uint8Array();
  const stored: StoredAccount = {
    cryptoType: file.crypto_type,
    address: file.address,
    publicKey: file.public_key,
    secret,
    isLocked: file.secret_key === undefined,
  };
  if (!stored.isLocked && !equalBytes(accountOf(suite, secret).publicKey, stored.publicKey)) {
    throw new ClientError(`${path}: public_key: does not belong to secret_key`, { hint });
  }
  return stored;
}

export function formatAccountFile({
  cryptoType,
  address,
  publicKey,
  secret,
  isLocked,
}: StoredAccount): string {
  return stringify({
    crypto_type: cryptoType,
    address: `0x${toHex(address)}`,
    public_key: `0x${toHex(publicKey)}`,
    [isLocked ? 'encrypted_sk' : 'secret_key']: `0x${toHex(secret)}`,
  });
}

/** How an account is stored: in clear, or encrypted when a password is given. */
export function storedForm(account: Account, password?: string): StoredAccount {
  const { suite, privateKey, publicKey, address } = account;
  return {
    cryptoType: cryptoTypeOf(suite),
    address,
    publicKey,
    secret: password === undefined ? privateKey : encryptSecret(suite, password, privateKey),
    isLocked: password !== undefined,
  };
}

/** The account with its secret key. `name` is for error texts. Throws ClientError when the password is wrong or missing. */
export async function openAccount(name: string, stored: StoredAccount, password?: string): Promise<Account> {
  const suite = await loadSuiteOf(stored.cryptoType);
  if (!stored.isLocked) return accountOf(suite, stored.secret);
  if (password === undefined) {
    throw new ClientError(`account \`${name}\` is locked, it must be unlocked first`, {
      hint: `give its password: cldi -u ${name} -p <password> [subcommand]`,
    });
  }
  try {
    const account = accountOf(suite, decryptSecret(suite, password, stored.secret));
    if (equalBytes(account.publicKey, stored.publicKey)) return account;
  } catch (error) {
    // A wrong password can yield a number that is no key at all.
    if (!(error instanceof ClientError)) throw error;
  }
  throw new ClientError(`wrong password for account \`${name}\``, {
    hint: 'the secret key it yields does not belong to the public key of the account',
  });
}
