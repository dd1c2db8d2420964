import { VirtualClock } from '@hexapod/common/clock';
import { inProcessClient } from '@hexapod/common/in-process-client';
import { recordingLog } from '@hexapod/common/log';
import { loadSuite, type SuiteName } from '@hexapod/crypto/suite';
import { CryptoService } from '@hexapod/protocol/crypto';
import { Code, type StatusError } from '@hexapod/protocol/status-code';
import { describe, expect, it } from 'vitest';
import { type CryptoProcess, openAttestor } from './crypto-attestor.ts';
import { originOf } from './identity.ts';

const success = { code: Code.Success };
const privateKey = new Uint8Array(32).fill(3);

/** A crypto process of a suite, under a name of its own perhaps. */
async function cryptoProcess(suiteName: SuiteName, name: string = suiteName) {
  const suite = await loadSuite(suiteName);
  const calls: string[] = [];
  const told = { code: Code.Success as number };
  const count = (rpc: string) => calls.push(rpc);
  const crypto: CryptoProcess = inProcessClient(CryptoService, {
    getCryptoInfo() {
      count('getCryptoInfo');
      return { status: told, name, hashLen: 32, signatureLen: suite.signatureLength, addressLen: 20 };
    },
    hashData({ data }) {
      count('hashData');
      return { status: success, hash: { hash: suite.hash(data) } };
    },
    signMessage({ msg }) {
      count('signMessage');
      return { status: success, signature: suite.sign(privateKey, msg) };
    },
    recoverSignature({ msg, signature }) {
      count('recoverSignature');
      try {
        return { status: success, address: suite.recover(msg, signature) };
      } catch (error) {
        return { status: { code: (error as StatusError).code }, address: new Uint8Array(20) };
      }
    },
    verifyDataHash: () => success,
    checkTransactions: () => success,
  });
  return { crypto, calls, told, address: suite.address(suite.publicKey(privateKey)) };
}

function modules(crypto: CryptoProcess) {
  const clock = new VirtualClock();
  const { log, lines } = recordingLog();
  const aborter = new AbortController();
  const randomBytes = (length: number) => new Uint8Array(length).fill(9);
  return { clock, lines, aborter, all: { crypto, clock, log, randomBytes, signal: aborter.signal } };
}

describe('openAttestor', () => {
  it.each(['sm', 'eth'] as const)('suite %s: signs there, hashes and recovers here', async (name) => {
    const { crypto, calls, address } = await cryptoProcess(name);
    const attestor = await openAttestor(originOf(address), modules(crypto).all);
    expect(attestor.address).toEqual(address);
    const bytes = Uint8Array.of(1, 2, 3);
    const signature = await attestor.sign(bytes);
    expect(await attestor.recover(bytes, signature)).toEqual(address);
    expect(await attestor.recover(Uint8Array.of(1), signature)).not.toEqual(address);
    expect(await attestor.recover(bytes, signature.subarray(1))).toBeUndefined();
    expect(new Set(calls)).toEqual(new Set(['getCryptoInfo', 'signMessage']));
  });

  it("somebody's own suite: everything goes to the crypto process", async () => {
    const { crypto, calls, address } = await cryptoProcess('eth', 'own');
    const attestor = await openAttestor(originOf(address), modules(crypto).all);
    const signature = await attestor.sign(Uint8Array.of(1));
    expect(await attestor.recover(Uint8Array.of(1), signature)).toEqual(address);
    expect(await attestor.recover(Uint8Array.of(1), new Uint8Array(65))).toBeUndefined();
    expect(await attestor.recover(Uint8Array.of(1), new Uint8Array(0))).toBeUndefined();
    expect(new Set(calls)).toEqual(new Set(['getCryptoInfo', 'signMessage', 'hashData', 'recoverSignature']));
  });

  it.each([Code.CryptoServerNotReady, 99_999])(
    'waits while the crypto process answers code %i',
    async (code) => {
      const { crypto, told, address } = await cryptoProcess('eth');
      const { clock, lines, all } = modules(crypto);
      told.code = code;
      const attestor = openAttestor(originOf(address), all);
      await clock.advanceAsync(5_000);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('no links yet: GetCryptoInfo answers');
      told.code = Code.Success;
      await clock.advanceAsync(2_000);
      expect((await attestor).address).toEqual(address);
    },
  );

  it('waits, and says why, while the key is not that of the node address', async () => {
    const { crypto, address } = await cryptoProcess('eth');
    const { clock, lines, aborter, all } = modules(crypto);
    const attestor = openAttestor(originOf(address) + 1n, all);
    await clock.advanceAsync(4_000);
    expect(lines[0]).toContain(`the crypto process holds the key of ${address.toHex()}`);
    const reason = new Error('stop');
    aborter.abort(reason);
    await expect(attestor).rejects.toBe(reason);
  });

  it('a signature that fails is the failure of that one call', async () => {
    const { crypto, address } = await cryptoProcess('eth');
    const failing = { is: false };
    const all = modules({
      ...crypto,
      signMessage: (request) =>
        failing.is
          ? Promise.resolve({ status: { code: Code.SignError }, signature: new Uint8Array(65) })
          : crypto.signMessage(request),
    }).all;
    const attestor = await openAttestor(originOf(address), all);
    failing.is = true;
    await expect(attestor.sign(Uint8Array.of(1))).rejects.toThrow('SignMessage answers SignError');
    failing.is = false;
    expect(await attestor.sign(Uint8Array.of(1))).toHaveLength(65);
  });
});
