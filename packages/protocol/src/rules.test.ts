// The worked examples of docs/protocol/wire.md 16, with both hashes.

import { createHash } from 'node:crypto';
import { keccak_256 } from '@noble/hashes/sha3.js';
import smCrypto from 'sm-crypto';
import { describe, expect, test } from 'vitest';
import {
  Block,
  BlockHeader,
  CompactBlock,
  type RawTransaction,
  Transaction,
  UtxoTransaction,
} from './blockchain.ts';
import { be32, concatBytes, EMPTY, fromHex, toHex, Z32, Z33 } from './bytes.ts';
import {
  ChainStatus,
  ChainStatusRespond,
  SyncBlockRequest,
  SyncBlockRespond,
} from './controller-messages.ts';
import {
  blockHash,
  compactBlock,
  genesisBlock,
  type Hash,
  originOf,
  proposalBytes,
  rawTransactionHash,
  transactionHash,
  transactionsRoot,
} from './rules.ts';

const sm3: Hash = (data) => new Uint8Array(createHash('sm3').update(data).digest());
const keccak: Hash = keccak_256;

const GENESIS_HASH = fromHex('f253dbd3adf978cd728ab6165e02ebe236f1471f380c53b6fb4f534086ee0388');
const NO_TRANSACTIONS = fromHex('1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b');
const CHAIN_ID = fromHex('63586a3c0255f337c77a777ff54f0040b8c388da04f23ecee6bfd4953a6512b4');
const NODE = fromHex('c356876e7f4831476f99ea0593b0cd7a6053e4d3');
const TRANSACTION_HASH = fromHex('2f8231e2e39122788c46872bc0cf0964e10a3667999b710a972aa033a79d67f4');

const genesis = genesisBlock({ timestamp: 1_633_765_324_292n, prevhash: Z32 });
const header1: BlockHeader = {
  prevhash: GENESIS_HASH,
  timestamp: 1_633_765_327_292n,
  height: 1n,
  transactionsRoot: NO_TRANSACTIONS,
  proposer: NODE,
};
const transaction = Transaction.create({
  to: new Uint8Array(20).fill(0x11),
  nonce: '12345678',
  quota: 3_000_000n,
  validUntilBlock: 100n,
  data: fromHex('4f2be91f'),
  value: Z32,
  chainId: CHAIN_ID,
});

test('16.1 genesis', () => {
  const zeros = toHex(Z32);
  const header = `0a20${zeros}1084ec81a0c62f2220${zeros}2a20${zeros}`;
  expect(genesis.header && toHex(BlockHeader.encode(genesis.header))).toBe(header);
  expect(genesis.header && blockHash(sm3, genesis.header)).toEqual(GENESIS_HASH);
  expect(genesis.header && toHex(blockHash(keccak, genesis.header))).toBe(
    'd5b6ace541d416ca73c0d5741d3b91cc8a35d4934737f7149f0eb52394f80e96',
  );
  expect(toHex(Block.encode(genesis))).toBe(`126d${header}1a00`);
});

test('16.2 root of no transactions', () => {
  expect(transactionsRoot(sm3, [])).toEqual(NO_TRANSACTIONS);
  expect(toHex(transactionsRoot(keccak, []))).toBe(
    'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
  );
});

test('the root of transactions is the hash over their hashes, for any number of them', () => {
  expect(transactionsRoot(sm3, [GENESIS_HASH, CHAIN_ID])).toEqual(sm3(concatBytes(GENESIS_HASH, CHAIN_ID)));
  const many = Array.from({ length: 300_000 }, () => CHAIN_ID);
  const all = Buffer.alloc(300_000 * 32, CHAIN_ID);
  expect(transactionsRoot(sm3, many)).toEqual(sm3(all));
});

test('16.3 normal transaction', () => {
  expect(toHex(CHAIN_ID)).toBe(toHex(sm3(new TextEncoder().encode('test-chain'))));
  expect(toHex(Transaction.encode(transaction))).toBe(
    `1214${'11'.repeat(20)}1a08313233343536373820c08db701286432044f2be91f3a20${toHex(Z32)}4220${toHex(CHAIN_ID)}`,
  );
  expect(transactionHash(sm3, transaction)).toEqual(TRANSACTION_HASH);
  expect(toHex(transactionHash(keccak, transaction))).toBe(
    'fca25ae6184ea483cd659436e3dad9671b0958f954f524f099b27d38803780ef',
  );
  const creation = Transaction.encode({ ...transaction, to: EMPTY });
  expect(toHex(creation)).toBe(toHex(Transaction.encode(transaction)).slice(2 * 22));
});

describe('16.4 utxo transactions', () => {
  test.each([
    {
      what: 'block interval := 6',
      utxo: UtxoTransaction.create({ preTxHash: Z33, output: be32(6), lockId: 1003n }),
      encoding: `1221${toHex(Z33)}1a040000000620eb07`,
      sm3Hash: '2841262b17abd77ae610a0fba0f5647b309ac035bde907fae002c23f91201872',
      keccakHash: '1c5bbe3e86db46b343313355f5d701ec987e607ade414772c798af9d7c91d627',
    },
    {
      what: 'emergency brake off',
      utxo: UtxoTransaction.create({ preTxHash: Z33, lockId: 1005n }),
      encoding: `1221${toHex(Z33)}20ed07`,
      sm3Hash: '11ec5306f8f4ba98feaa5d6ce225a3d01fc968665d2f277695a3754685240653',
      keccakHash: '42a3af8564f53b7b4e33d87458f508623c074ab09ec0369d553d361d6150a4a1',
    },
  ])('$what', ({ utxo, encoding, sm3Hash, keccakHash }) => {
    expect(toHex(UtxoTransaction.encode(utxo))).toBe(encoding);
    expect(toHex(transactionHash(sm3, utxo))).toBe(sm3Hash);
    expect(toHex(transactionHash(keccak, utxo))).toBe(keccakHash);
  });
});

test('16.5 empty block 1 and its proposal', () => {
  const header = `0a20${toHex(GENESIS_HASH)}10bc8382a0c62f18012220${toHex(NO_TRANSACTIONS)}2a14${toHex(NODE)}`;
  expect(toHex(BlockHeader.encode(header1))).toBe(header);
  expect(toHex(blockHash(sm3, header1))).toBe(
    '1dc509b489a87ec2c02c7d10d073bb316b25cc86097a28ce54a266ebba221919',
  );

  const stateRoot = '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
  const block = Block.create({ header: header1, body: { body: [] } });
  const proposal = `0a8b010a20${stateRoot}1a671263${header}1a00`;
  expect(toHex(proposalBytes(fromHex(stateRoot), block))).toBe(proposal);
  expect(toHex(sm3(fromHex(proposal)))).toBe(
    'c64cb75dcfbcaade5f9c164831c9408fb28ebb49a845524b475ce38e16720d10',
  );

  const stored = { ...block, proof: Uint8Array.of(1), stateRoot: Z32 };
  expect(toHex(proposalBytes(fromHex(stateRoot), stored))).toBe(proposal);
  expect(stored.proof).toEqual(Uint8Array.of(1));
});

describe('16.6 keys and signatures', () => {
  const smKey =
    'ec1a47985dec9762d22b69b2406acefa5e5b9c07408b78b6164b0295c9177639c9d3cce3cbb3fa45d5b8fff5252dee10f66b3967bdb37ddaecbb99ec417e2f3a';

  test.each([
    { hash: sm3, key: smKey, address: '14a0d0eb5538d1c5cc69d0f54c18bafec75ba95c' },
    {
      hash: keccak,
      key: '20a784c4e9a77e01667b6677b068aa8b1cbb550424af5694d1ed888c7cec7eed1d298eb31cc8cc4fed44d63ed0a03a351e9ce05eecb5195f2eeccbdaa9d18f5f',
      address: '9ab7994b45ccba88b4dc4ee07f5ef7fddc088888',
    },
    {
      hash: sm3,
      key: '0d9edfd3889ec752e92fb1aa53fdfc26512c6a0ea39deb12510e7ac4d0915c4d4f0a18a3c1cf2a5950319d429af38b13483e2ccc9bafd698f5ce2c7ef558ddf6',
      address: 'c8ca9cc77a7f822fdd0baef7a7740f9dba493455',
    },
  ])('address $address', ({ hash, key, address }) => {
    expect(toHex(hash(fromHex(key)).subarray(12))).toBe(address);
  });

  test('the SM2 signature is over the transaction hash as message', () => {
    const signature =
      'f5f686f74308fefd0cac384f7664d3f19cf35d95bedc86a455b9aa22dd9c79eb2879d84cf371aa2d017f6f0ac55dc7aba4b2edcb78bee430ce366d30e21b6abc';
    expect(
      smCrypto.sm2.doVerifySignature([...TRANSACTION_HASH], signature, `04${smKey}`, { hash: true }),
    ).toBe(true);
    expect(smCrypto.sm2.doVerifySignature([...GENESIS_HASH], signature, `04${smKey}`, { hash: true })).toBe(
      false,
    );
  });
});

test('16.7 chain status payload and its answers', () => {
  const status: ChainStatus = {
    version: 0,
    chainId: CHAIN_ID,
    height: 0n,
    hash: { hash: GENESIS_HASH },
    address: { address: NODE },
  };
  const bytes = ChainStatus.encode(status);
  expect(toHex(bytes)).toBe(`1220${toHex(CHAIN_ID)}22220a20${toHex(GENESIS_HASH)}2a160a14${toHex(NODE)}`);
  expect(toHex(sm3(bytes))).toBe('ca3df8fa4e252e3a2fcb8107c0e6cd610e1e2b39aa8311397fc149de1256f1bf');
  expect(toHex(SyncBlockRequest.encode({ startHeight: 1n, endHeight: 10n }))).toBe('0801100a');
  const refusal = `0a160a14${toHex(NODE)}`;
  const address = { address: NODE };
  expect(toHex(SyncBlockRespond.encode({ respond: { case: 'missBlock', value: address } }))).toBe(refusal);
  expect(toHex(ChainStatusRespond.encode({ respond: { case: 'notSameChain', value: address } }))).toBe(
    refusal,
  );
});

test('origin (8.3)', () => {
  expect(originOf(NODE)).toBe(14_075_586_594_044_653_895n);
  expect(() => originOf(NODE.subarray(0, 7))).toThrow(
    new RangeError('wanted 8 bytes, got 7: 0xc356876e7f4831'),
  );
});

test('a compact block has the hashes that the transactions carry, and always a body', () => {
  const normal: RawTransaction = { tx: { case: 'normalTx', value: { transactionHash: Uint8Array.of(1) } } };
  const utxo: RawTransaction = {
    tx: { case: 'utxoTx', value: { transactionHash: Uint8Array.of(2), witnesses: [] } },
  };
  expect(rawTransactionHash(normal)).toEqual(Uint8Array.of(1));
  expect(rawTransactionHash(utxo)).toEqual(Uint8Array.of(2));
  expect(rawTransactionHash({})).toBeUndefined();
  const compact = compactBlock(
    Block.create({ header: header1, body: { body: [normal, {}, utxo] }, proof: Z32 }),
  );
  expect(compact).toEqual({
    version: 0,
    header: header1,
    body: { txHashes: [Uint8Array.of(1), Uint8Array.of(2)] },
  });
  expect(toHex(CompactBlock.encode(compactBlock(Block.create())))).toBe('1a00');
});
