import { loadSuite } from '@hexapod/crypto/suite';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { describe, expect, it } from 'vitest';
import { accountOf, generateAccount } from './account.ts';
import { formatAccountFile, openAccount, parseAccountFile, storedForm } from './account-file.ts';

const sm = await loadSuite('sm');
const eth = await loadSuite('eth');

describe("an account's file", () => {
  it('of the original, with a password, is opened (docs/protocol/cldi.md 9)', async () => {
    const secret = '04f4684e689677b0974b618e226c2e77ba86afcbd396ee0ec6b74f2c647e0ecc';
    const account = accountOf(sm, fromHex(secret));
    expect(toHex(account.address)).toBe('b293c14d8fc8ff4b24db3926118388b562593d99');
    const text = [
      "crypto_type = 'SM'",
      `address = '0x${toHex(account.address)}'`,
      `public_key = '0x${toHex(account.publicKey)}'`,
      "encrypted_sk = '0x36aa2663fa3c2626d7acf051f6a49a81280d7422b49551bcaf9c187d14af2b0d'",
    ].join('\n');
    const stored = await parseAccountFile('a.toml', text);
    expect(stored.isLocked).toBe(true);
    expect(toHex((await openAccount('a', stored, 'root')).privateKey)).toBe(secret);
  });

  it.each([
    [sm, undefined],
    [sm, 'pässword'],
    [eth, undefined],
    [eth, 'pässword'],
  ])('keeps an account', async (suite, password) => {
    const account = generateAccount(suite);
    const stored = storedForm(account, password);
    const text = formatAccountFile(stored);
    expect(text.includes(toHex(account.privateKey))).toBe(password === undefined);
    expect(await parseAccountFile('a.toml', text)).toEqual(stored);
    expect((await openAccount('a', stored, password)).privateKey).toEqual(account.privateKey);
  });

  it('is opened by its own password only', async () => {
    const stored = storedForm(generateAccount(sm), 'right');
    await expect(openAccount('bob', stored, 'wrong')).rejects.toThrow('wrong password for account `bob`');
    await expect(openAccount('bob', stored)).rejects.toThrow(
      'account `bob` is locked, it must be unlocked first',
    );
  });

  it.each([
    ['is not TOML', (text: string) => text.replace('=', ''), /a\.toml: line 1, column \d+/],
    [
      'has another suite',
      (text: string) => text.replace('SM', 'RSA'),
      'a.toml: crypto_type: wanted SM or ETH',
    ],
    [
      'lacks the key',
      (text: string) => text.replace(/secret_key.*/, ''),
      'wanted either secret_key or encrypted_sk',
    ],
    [
      'has a short address',
      (text: string) => text.replace(/(address = "0x)../, '$1'),
      'address: wanted 40 hex digits',
    ],
    [
      'has the address of another',
      (text: string) => text.replace('SM', 'ETH'),
      'address: does not belong to public_key',
    ],
  ])('is refused when it %s', async (_, damage, message) => {
    const text = formatAccountFile(storedForm(generateAccount(sm)));
    await expect(parseAccountFile('a.toml', damage(text))).rejects.toThrow(message);
  });

  it('is refused when the secret key belongs to another account', async () => {
    const mixed = { ...storedForm(generateAccount(sm)), secret: generateAccount(sm).privateKey };
    const parsing = parseAccountFile('a.toml', formatAccountFile(mixed));
    await expect(parsing).rejects.toThrow('public_key: does not belong to secret_key');
    await expect(parsing).rejects.not.toThrow(toHex(mixed.secret));
  });
});
