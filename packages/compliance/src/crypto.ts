// The contract of the crypto process, both suites (docs/protocol/crypto.md 3 to 7). The process's own key is not known
// here: what it signs, it must recover.

import { deepStrictEqual, notDeepStrictEqual, strictEqual } from 'node:assert/strict';
import { answerOf, bytes, type Check, codeOf, type Suite } from './check.ts';
import type { Message, Peer } from './peer.ts';

const SERVICE = 'crypto.CryptoService';
const HASH_CHECK_ERROR = 135;
const HASH_LEN_ERROR = 136;
const SIG_LEN_ERROR = 137;
const SIG_CHECK_ERROR = 138;

/** H("") of each suite (crypto.md 4). */
const EMPTY_HASH: Readonly<Record<string, string>> = {
  sm: '1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b',
  eth: 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
};
/** H("abc") of each suite (crypto.md 9.1, 9.2). */
const ABC_HASH: Readonly<Record<string, string>> = {
  sm: '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  eth: '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45',
};
const SIGNATURE_LENGTH: Readonly<Record<string, number>> = { sm: 128, eth: 65 };
const MESSAGE = Buffer.alloc(32, 0x5a);

async function suiteName(peer: Peer): Promise<string> {
  return String(answerOf(await peer.call(SERVICE, 'GetCryptoInfo', {})).name);
}

async function hash(peer: Peer, data: Buffer): Promise<Buffer> {
  const answer = answerOf(await peer.call(SERVICE, 'HashData', { data }));
  return (answer.hash as { hash: Buffer }).hash;
}

async function sign(peer: Peer, msg: Buffer): Promise<Buffer> {
  return answerOf(await peer.call(SERVICE, 'SignMessage', { msg })).signature as Buffer;
}

async function recover(peer: Peer, msg: Buffer, signature: Buffer): Promise<Message> {
  return answerOf(await peer.call(SERVICE, 'RecoverSignature', { msg, signature }));
}

/** A transaction whose hash is right and whose signer is this process. `change` breaks it. */
async function transaction(peer: Peer, change: (tx: Parts) => void = () => undefined): Promise<Message> {
  const nonce = Buffer.from('compliance');
  // Field 3 is the nonce: the canonical bytes of a transaction that has nothing else (wire.md 6).
  const transactionHash = await hash(peer, Buffer.concat([bytes('1a0a'), nonce]));
  const signature = await sign(peer, transactionHash);
  const { address } = await recover(peer, transactionHash, signature);
  const parts: Parts = {
    transaction: { nonce: 'compliance' },
    transaction_hash: transactionHash,
    witness: { signature, sender: address as Buffer },
  };
  change(parts);
  return { normal_tx: parts };
}

interface Parts {
  transaction: Message | null;
  transaction_hash: Buffer;
  witness: { signature: Buffer; sender: Buffer } | null;
}

const flip = (buffer: Buffer): Buffer => Buffer.from(buffer.map((byte, i) => (i === 0 ? byte ^ 1 : byte)));

/** Section 7, row by row: what is broken, and the code that tells. */
const brokenTransactions: readonly [what: string, code: number, change: (tx: Parts) => void][] = [
  ['witness absent', 116, (tx) => Object.assign(tx, { witness: null })],
  ['inner transaction absent', 117, (tx) => Object.assign(tx, { transaction: null })],
  [
    'hash one byte short',
    HASH_LEN_ERROR,
    (tx) => Object.assign(tx, { transaction_hash: tx.transaction_hash.subarray(1) }),
  ],
  [
    'hash of something else',
    HASH_CHECK_ERROR,
    (tx) => Object.assign(tx, { transaction_hash: flip(tx.transaction_hash) }),
  ],
  ['content changed', HASH_CHECK_ERROR, (tx) => Object.assign(tx, { transaction: { nonce: 'another' } })],
  [
    'signature one byte short',
    SIG_LEN_ERROR,
    (tx) => tx.witness && Object.assign(tx.witness, { signature: tx.witness.signature.subarray(1) }),
  ],
  [
    'signature changed',
    SIG_CHECK_ERROR,
    (tx) => tx.witness && Object.assign(tx.witness, { signature: flip(tx.witness.signature) }),
  ],
  [
    'sender changed',
    SIG_CHECK_ERROR,
    (tx) => tx.witness && Object.assign(tx.witness, { sender: flip(tx.witness.sender) }),
  ],
  [
    'sender of 19 bytes',
    SIG_CHECK_ERROR,
    (tx) => tx.witness && Object.assign(tx.witness, { sender: tx.witness.sender.subarray(1) }),
  ],
];

const checks: Check[] = [
  {
    name: 'GetCryptoInfo names the suite and its lengths (wire.md 4.5)',
    async run(peer) {
      const { status: _status, ...info } = answerOf(await peer.call(SERVICE, 'GetCryptoInfo', {}));
      const name = String(info.name);
      deepStrictEqual(info, { name, hash_len: 32, signature_len: SIGNATURE_LENGTH[name], address_len: 20 });
    },
  },
  {
    name: 'every answer carries its status, also for success (wire.md 4.2)',
    async run(peer) {
      for (const [rpc, request] of [
        ['GetCryptoInfo', {}],
        ['HashData', {}],
        ['SignMessage', { msg: MESSAGE }],
      ] as const) {
        deepStrictEqual(answerOf(await peer.call(SERVICE, rpc, request)).status, { code: 0 }, rpc);
      }
    },
  },
  {
    name: 'HashData: published values (crypto.md 9.1, 9.2)',
    async run(peer) {
      const name = await suiteName(peer);
      strictEqual((await hash(peer, Buffer.alloc(0))).toString('hex'), EMPTY_HASH[name]);
      strictEqual((await hash(peer, Buffer.from('abc'))).toString('hex'), ABC_HASH[name]);
    },
  },
  {
    name: 'VerifyDataHash: right, wrong, wrong length (crypto.md 3)',
    async run(peer) {
      const data = Buffer.from('abc');
      const right = await hash(peer, data);
      const code = async (value: Buffer) =>
        codeOf(await peer.call(SERVICE, 'VerifyDataHash', { data, hash: value }));
      strictEqual(await code(right), 0);
      strictEqual(await code(flip(right)), HASH_CHECK_ERROR);
      for (const wrong of [Buffer.alloc(0), right.subarray(1), Buffer.concat([right, Buffer.alloc(1)])]) {
        strictEqual(await code(wrong), HASH_LEN_ERROR);
      }
    },
  },
  {
    name: 'SignMessage, then RecoverSignature gives the same address each time (crypto.md 3)',
    async run(peer) {
      const first = await recover(peer, MESSAGE, await sign(peer, MESSAGE));
      strictEqual((first.address as Buffer).length, 20);
      deepStrictEqual((await recover(peer, MESSAGE, await sign(peer, MESSAGE))).address, first.address);
    },
  },
  {
    name: 'SM2 takes a message of any length; secp256k1 only 32 bytes: SignError (crypto.md 3)',
    async run(peer) {
      const name = await suiteName(peer);
      for (const length of [0, 31, 33, 1000]) {
        const outcome = await peer.call(SERVICE, 'SignMessage', { msg: Buffer.alloc(length, 1) });
        strictEqual(codeOf(outcome), name === 'sm' ? 0 : 304);
        const { signature } = answerOf(outcome);
        strictEqual((signature as Buffer).length, SIGNATURE_LENGTH[name]);
        if (name === 'eth') deepStrictEqual(signature, Buffer.alloc(65));
      }
    },
  },
  {
    name: 'RecoverSignature of a wrong length or a changed signature: code and a zero address (crypto.md 3)',
    async run(peer) {
      const signature = await sign(peer, MESSAGE);
      const { address } = await recover(peer, MESSAGE, signature);
      const short = await recover(peer, MESSAGE, signature.subarray(1));
      deepStrictEqual(short, { status: { code: SIG_LEN_ERROR }, address: Buffer.alloc(20) });
      const zero = await recover(peer, MESSAGE, Buffer.alloc(signature.length));
      deepStrictEqual(zero, { status: { code: SIG_CHECK_ERROR }, address: Buffer.alloc(20) });
      notDeepStrictEqual((await recover(peer, MESSAGE, flip(signature))).address, address);
      notDeepStrictEqual((await recover(peer, flip(MESSAGE), signature)).address, address);
    },
  },
  {
    name: 'CheckTransactions: none, one, and many good ones (crypto.md 7)',
    async run(peer) {
      strictEqual(codeOf(await peer.call(SERVICE, 'CheckTransactions', {})), 0);
      const good = await transaction(peer);
      strictEqual(codeOf(await peer.call(SERVICE, 'CheckTransactions', { body: [good] })), 0);
      strictEqual(codeOf(await peer.call(SERVICE, 'CheckTransactions', { body: Array(300).fill(good) })), 0);
    },
  },
  ...brokenTransactions.map(([what, code, change]) => ({
    name: `CheckTransactions: ${what} is ${code}, alone and among good ones (crypto.md 7)`,
    async run(peer: Peer) {
      const good = await transaction(peer);
      const bad = await transaction(peer, change);
      strictEqual(codeOf(await peer.call(SERVICE, 'CheckTransactions', { body: [bad] })), code);
      strictEqual(
        codeOf(await peer.call(SERVICE, 'CheckTransactions', { body: [good, good, bad, good] })),
        code,
      );
    },
  })),
  {
    name: 'health is SERVING (common.md 8)',
    async run(peer) {
      strictEqual(await peer.health(), 'SERVING');
    },
  },
];

export const cryptoSuite: Suite = { process: 'crypto', checks };
