import { loadSuite } from '@hexapod/crypto/suite';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { describe, expect, it } from 'vitest';
import { accountOf, generateAccount } from './account.ts';

const sm = await loadSuite('sm');
const eth = await loadSuite('eth');

/** docs/protocol/cldi.md 9 */
const KEY = '1427b86a4856cf8dbe5e4eb4ab8ab7f1cdf3c7d85e8bb29f07d47e30b43fe72e';

describe('an account', () => {
  it.each([
    [
      sm,
      'b2371a70c297106449f89445f20289e6d16942f08f861b5e95cbcf0462e384c1',
      '9bab5858df4a9e84ff3958884a01a4fce5e07edb',
    ],
    [
      sm,
      '50dc0c1655419938d83d924a3c3b4cbbd57de5df901ce4772272445605a52d43',
      'c8ca9cc77a7f822fdd0baef7a7740f9dba493455',
    ],
    [sm, KEY, '0c2570f4fcee80a83ef5f61284674857a8fcbf55'],
    [eth, KEY, '4f7b8682c67087688af87667688c7ccd58bf0026'],
  ])('has the address of its key', (suite, key, address) => {
    expect(toHex(accountOf(suite, fromHex(key)).address)).toBe(address);
  });

  it.each([sm, eth])('of suite $name is generated anew each time and signs', (suite) => {
    const account = generateAccount(suite);
    expect(generateAccount(suite).address).not.toEqual(account.address);
    const message = suite.hash(new Uint8Array());
    expect(suite.recover(message, account.sign(message))).toEqual(account.address);
  });

  it.each([sm, eth])('of suite $name is refused for what is no key', (suite) => {
    expect(() => accountOf(suite, new Uint8Array(32))).toThrow(`not a key of the ${suite.name} curve`);
    expect(() => accountOf(suite, new Uint8Array(31))).toThrow(
      'length mismatched, expected: `32`, got: `31`',
    );
  });
});
