// The process as a node runs it: what an original answered it answers, what nobody should send it survives.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@hexapod/common/grpc-client';
import { raw } from '@hexapod/common/grpc-method';
import { quietLog } from '@hexapod/common/quiet-log';
import { ServiceChild } from '@hexapod/common/service-child';
import { badInputChecks } from '@hexapod/compliance/bad-input';
import { cryptoSuite } from '@hexapod/compliance/crypto';
import { Peer } from '@hexapod/compliance/peer';
import { loadSuite } from '@hexapod/crypto/suite';
import { RawTransactions, Transaction, type UnverifiedTransaction } from '@hexapod/protocol/blockchain';
import { fromHex, Z32 } from '@hexapod/protocol/bytes';
import { CryptoService } from '@hexapod/protocol/crypto';
import { transactionHash } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RECORDED_ADDRESS, RECORDED_KEY, type Rpc, recordedCalls } from './recorded-calls.ts';

const MAIN = new URL('../src/main.ts', import.meta.url);
const configOf = (table: string, more = ''): string =>
  `[${table}]\ncrypto_port = 0\nenable_metrics = false\n${more}\n`;

/** The service with its messages as bytes. */
const RawCryptoService = {
  name: CryptoService.name,
  methods: Object.fromEntries(
    Object.entries(CryptoService.methods).map(([rpc, method]) => [rpc, raw(method)]),
  ) as Record<Rpc, ReturnType<typeof raw>>,
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexapod-crypto-'));
  await writeFile(join(folder, 'private_key'), `0x${RECORDED_KEY}\n`, { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true }));

const start = (config: string, options: readonly string[] = []): Promise<ServiceChild> =>
  ServiceChild.spawn({ main: MAIN, folder, config, options });

describe('the process of an sm chain', () => {
  let child: ServiceChild;
  let address: string;
  let client: Client<typeof CryptoService>;
  let bytes: Client<typeof RawCryptoService>;
  let peer: Peer;

  beforeAll(async () => {
    child = await start(configOf('crypto_sm', 'check_threads = 2'));
    address = `127.0.0.1:${await child.listening()}`;
    client = connect(CryptoService, { address, clientName: 'controller', log: quietLog });
    bytes = connect(RawCryptoService, { address, log: quietLog });
    peer = new Peer(address);
  });
  afterAll(async () => {
    client?.close();
    bytes?.close();
    peer?.close();
    expect(await child?.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('answers the recorded calls as the original did', async () => {
    const calls = recordedCalls();
    const differing: string[] = [];
    for (const { rpc, request, answer } of calls) {
      const ours = await bytes[rpc](request);
      const isSame =
        rpc === 'signMessage' ? ours.length === answer.length : Buffer.compare(ours, answer) === 0;
      if (!isSame) differing.push(`${rpc} ${request.toHex().slice(0, 100)}: ${ours.toHex().slice(0, 100)}`);
    }
    expect(differing).toEqual([]);
    expect(calls.length).toBeGreaterThan(4000);
  });

  test('signs as the recorded node did: both signatures are of its address', async () => {
    const calls = recordedCalls().filter(({ rpc }) => rpc === 'signMessage');
    for (const { request, answer } of calls.slice(0, 50)) {
      const { msg } = CryptoService.methods.signMessage.request.decode(request);
      const { signature: theirs } = CryptoService.methods.signMessage.response.decode(answer);
      const { signature: ours } = await client.signMessage({ msg });
      for (const signature of [theirs, ours]) {
        const { status, address: signer } = await client.recoverSignature({ msg, signature });
        expect([status?.code, signer.toHex()]).toEqual([Code.Success, RECORDED_ADDRESS]);
      }
    }
  });

  describe('a list of 600', () => {
    const failing = [3, 64, 65, 599];
    let list: Uint8Array;
    let good: Uint8Array;

    beforeAll(async () => {
      const suite = await loadSuite('sm');
      const signer = suite.signer(fromHex(RECORDED_KEY));
      const transaction = Transaction.create({ nonce: 'test', value: Z32, chainId: Z32 });
      const hash = transactionHash(suite.hash, transaction);
      const value: UnverifiedTransaction = {
        transaction,
        transactionHash: hash,
        witness: { signature: signer.sign(hash), sender: signer.address },
      };
      const bad = { ...value, transactionHash: hash.map((byte) => byte ^ 1) };
      const listOf = (isBad: (index: number) => boolean) =>
        RawTransactions.encode({
          body: Array.from({ length: 600 }, (_, index) => ({
            tx: { case: 'normalTx', value: isBad(index) ? bad : value },
          })),
        });
      list = listOf((index) => failing.includes(index));
      good = listOf(() => false);
    });

    test('names its failing transactions in the trailing metadata', async () => {
      let trailer: string | undefined;
      const onTrailers = (get: (key: string) => string | undefined) => {
        trailer = get('failing-indexes');
      };
      const answer = await bytes.checkTransactions(list, { onTrailers, metadata: { strict: '1' } });
      expect(answer).toEqual(Buffer.from([0x08, 0x87, 0x01]));
      expect(trailer).toBe(failing.join(','));
      expect((await bytes.checkTransactions(good, { onTrailers })).length).toBe(0);
      expect(trailer).toBeUndefined();
      expect(child.output).toContain('CheckTransactions: 4 of 600 transactions fail: 3 0x');
    });

    test('of 20,000 does not keep a single call waiting', async () => {
      const { body } = RawTransactions.decode(good);
      const long = RawTransactions.encode({
        body: Array.from({ length: 20_000 }, (_, index) => body[index % body.length] ?? { tx: undefined }),
      });
      let isDone = false;
      const call = bytes.checkTransactions(long).then((answer) => {
        isDone = true;
        return answer;
      });
      let answeredMeanwhile = 0;
      while (!isDone) {
        expect((await client.hashData({ data: Z32 })).status?.code).toBe(Code.Success);
        if (!isDone) answeredMeanwhile++;
      }
      // Were the list checked in this thread or in its turn, it would be none or a few.
      expect(answeredMeanwhile).toBeGreaterThan(20);
      expect((await call).length).toBe(0);
    });

    test('that its caller gives up leaves the process in order', async () => {
      const call = bytes.checkTransactions(good, { signal: AbortSignal.timeout(1) });
      await expect(call).rejects.toThrow('CANCELLED');
      expect((await bytes.checkTransactions(good)).length).toBe(0);
    });
  });

  test('hashes, signs and recovers 20 MiB', async () => {
    const data = new Uint8Array(20 << 20).fill(7);
    const suite = await loadSuite('sm');
    expect((await client.hashData({ data })).hash?.hash.toHex()).toBe(suite.hash(data).toHex());
    const hash = suite.hash(data);
    expect((await client.verifyDataHash({ data, hash })).code).toBe(Code.Success);
    const { signature } = await client.signMessage({ msg: data });
    const recovered = await client.recoverSignature({ msg: data, signature });
    expect(recovered.address.toHex()).toBe(RECORDED_ADDRESS);
    const short = await client.recoverSignature({ msg: data, signature: signature.subarray(1) });
    expect(short.status?.code).toBe(Code.SigLenError);
  });

  for (const check of [...cryptoSuite.checks, ...badInputChecks('crypto')]) {
    test(check.name, () => check.run(peer));
  }

  test('its log never says the private key', () => {
    expect(child.output).toContain(RECORDED_ADDRESS);
    expect(child.output.toLowerCase()).not.toContain(RECORDED_KEY);
  });
});

describe('the process of an eth chain', () => {
  let child: ServiceChild;
  let peer: Peer;

  beforeAll(async () => {
    child = await start(configOf('crypto_eth', 'check_threads = 1'));
    peer = new Peer(`127.0.0.1:${await child.listening()}`);
  });
  afterAll(async () => {
    peer?.close();
    expect(await child?.end('SIGINT')).toMatchObject({ code: 0 });
  });

  for (const check of [...cryptoSuite.checks, ...badInputChecks('crypto')]) {
    test(check.name, () => check.run(peer));
  }
});

describe('what does not start says why, and ends with 1', () => {
  const N_MINUS_1 = 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54122';
  const ORDER_ETH = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
  test.each([
    ['a key of 0', 'crypto_sm', '0'.repeat(64), 'is 0 or a multiple of the order of the SM2 curve'],
    ['a key of order - 1', 'crypto_sm', N_MINUS_1, 'is order - 1, with which SM2 cannot sign'],
    [
      'a key from the order on',
      'crypto_eth',
      ORDER_ETH,
      'is 0 or not below the order of the secp256k1 curve',
    ],
    ['a short key', 'crypto_sm', 'abcd', 'wanted a private key of 64 hex digits'],
  ])('%s', async (_what, table, key, text) => {
    const path = join(folder, 'odd_key');
    await writeFile(path, key, { mode: 0o600 });
    const child = await start(configOf(table), ['-p', path]);
    const { code, output } = await child.exited;
    expect(code).toBe(1);
    expect(output).toContain(text);
    expect(output).toContain(path);
    if (key.length === 64) expect(output).not.toContain(key);
    expect(output).not.toMatch(/^ {4}at /m);
  });

  test('no table, or both', async () => {
    const none = await start('[controller]\n');
    expect(await none.exited).toMatchObject({
      code: 1,
      output: expect.stringContaining('none of the tables'),
    });
    const both = await start(`${configOf('crypto_sm')}${configOf('crypto_eth')}`);
    expect(await both.exited).toMatchObject({ code: 1, output: expect.stringContaining('are both there') });
  });
});

test('a key file that others may read is a warning', async () => {
  const path = join(folder, 'open_key');
  await writeFile(path, RECORDED_KEY);
  await chmod(path, 0o644);
  const child = await start(configOf('crypto_sm', 'check_threads = 1'), ['-p', path]);
  await child.listening();
  expect(child.output).toContain('other users may read the private key');
  expect(await child.end()).toMatchObject({ code: 0 });
});
