import { StartupError } from '@hexapod/common/startup-error';
import { loadSuite, type Suite } from '@hexapod/crypto/suite';
import { fromHex } from '@hexapod/protocol/bytes';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { describe, expect, test } from 'vitest';
import { testItself } from './self-test.ts';

describe.each(['sm', 'eth'] as const)('%s', async (name) => {
  const suite = await loadSuite(name);
  const signer = suite.signer(fromHex('11'.repeat(32)));
  const other = suite.signer(fromHex('22'.repeat(32)));
  const refuse = () => {
    throw new StatusError(Code.SigCheckError, 'refused');
  };
  const flipped = (bytes: Uint8Array) => bytes.map((byte, index) => (index === 7 ? byte ^ 1 : byte));

  test('a suite that computes rightly passes', () => {
    expect(() => testItself(suite, signer)).not.toThrow();
  });

  const recoverLong: Suite['hash'] = (data) =>
    data.length > 100 ? flipped(suite.hash(data)) : suite.hash(data);
  test.each<[what: string, broken: Partial<Suite>, text: string]>([
    ['a hash', { hash: (data) => flipped(suite.hash(data)) }, 'the hash of 1 × "abc" is'],
    ['the hash of something long', { hash: recoverLong }, '× "a" is'],
    ['what the original accepts', { recover: refuse }, 'a known signature is refused (recover)'],
    ['what the standard accepts', { recoverStrict: refuse }, 'a known signature is refused (recoverStrict)'],
    ['an address', { recover: () => other.address }, 'a known signature gives the address'],
    [
      'a signature that is not looked at',
      { recoverStrict: (message, signature) => recoverAnything(message, signature) },
      'a known signature counts for another message, too (recoverStrict)',
    ],
  ])('%s that is wrong is told', (_what, broken, text) => {
    const test = () => testItself({ ...suite, ...broken }, signer);
    expect(test).toThrow(StartupError);
    expect(test).toThrow(`the ${name} self-test failed: `);
    expect(test).toThrow(text);
  });

  /** The address of the right message for any message. */
  const known = new Map<string, Uint8Array>();
  function recoverAnything(message: Uint8Array, signature: Uint8Array): Uint8Array {
    const key = signature.toHex();
    const address = known.get(key) ?? suite.recover(message, signature);
    known.set(key, address);
    return address;
  }

  test('a key that does not sign, or signs as another one, is told', () => {
    const silent = { ...signer, sign: refuse };
    expect(() => testItself(suite, silent)).toThrow('nothing can be signed with the private key');
    const foreign = { ...signer, sign: other.sign };
    expect(() => testItself(suite, foreign)).toThrow(
      'a signature made with the private key gives the address',
    );
    const broken = { ...signer, sign: () => new Uint8Array(suite.signatureLength) };
    expect(() => testItself(suite, broken)).toThrow('a signature made with the private key is refused');
  });
});
