import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { keccak256 } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import type { GetCryptoInfoResponse } from '@hexapod/protocol/crypto';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { describe, expect, test } from 'vitest';
import { blockHasher } from './block-hasher.ts';

const HEADER = Uint8Array.of(1, 2, 3);
const SUCCESS = { code: Code.Success };
const info = (
  name: string,
  hashLen = 32,
  status: { code: number } | undefined = SUCCESS,
): GetCryptoInfoResponse => ({
  status,
  name,
  hashLen,
  signatureLen: 128,
  addressLen: 20,
});

const hashesNothing = async () => {
  throw new Error('HashData is not needed');
};

async function codeOf(call: Promise<unknown>): Promise<Code | undefined> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof StatusError ? error.code : undefined;
}

describe('a suite that is known here', () => {
  test.each([
    ['sm', sm3],
    ['eth', keccak256],
  ])('%s is asked for once, and hashes here', async (name, hash) => {
    let calls = 0;
    const hasher = blockHasher({
      getCryptoInfo: async () => {
        calls++;
        return info(name);
      },
      hashData: hashesNothing,
    });
    expect(await hasher(HEADER)).toEqual(hash(HEADER));
    expect(await hasher(HEADER)).toEqual(hash(HEADER));
    expect(calls).toBe(1);
  });
});

describe('a suite that is not', () => {
  test.each([
    ['another name', info('sha3')],
    ['another length', info('sm', 48)],
  ])('%s: the crypto process hashes', async (_what, answer) => {
    const hash = new Uint8Array(32).fill(9);
    const hasher = blockHasher({
      getCryptoInfo: async () => answer,
      hashData: async ({ data }) => {
        expect(data).toEqual(HEADER);
        return { status: SUCCESS, hash: { hash } };
      },
    });
    expect(await hasher(HEADER)).toEqual(hash);
  });

  test.each([
    ['without a hash', { status: SUCCESS, hash: undefined }, Code.NoneHashResult],
    ['without a status', { status: undefined, hash: { hash: HEADER } }, Code.NoneStatusCode],
    ['with a code of its own', { status: { code: Code.HashLenError }, hash: undefined }, Code.HashLenError],
    ['with a number that is no code', { status: { code: 999 }, hash: undefined }, Code.CryptoServerNotReady],
  ])('an answer %s', async (_what, answer, code) => {
    const hasher = blockHasher({ getCryptoInfo: async () => info('sha3'), hashData: async () => answer });
    expect(await codeOf(hasher(HEADER))).toBe(code);
  });
});

test('crypto that does not answer is CryptoServerNotReady, and asked again at the next block', async () => {
  let isUp = false;
  const hasher = blockHasher({
    getCryptoInfo: async () => {
      if (isUp) return info('sm');
      throw new RpcError(GrpcStatus.UNAVAILABLE, 'connection refused');
    },
    hashData: hashesNothing,
  });
  expect(await codeOf(hasher(HEADER))).toBe(Code.CryptoServerNotReady);
  isUp = true;
  expect(await hasher(HEADER)).toEqual(sm3(HEADER));
});

test('a bug is no status code', async () => {
  const hasher = blockHasher({
    getCryptoInfo: () => Promise.reject(new TypeError('a bug')),
    hashData: hashesNothing,
  });
  await expect(hasher(HEADER)).rejects.toThrow(TypeError);
});
