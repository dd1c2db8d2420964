/** OpenZeppelin's ERC-20 (with permits), ERC-721 and ERC-1155 through blocks, calls and receipts. */
import { concatBytes, equalBytes, fromHex, toHex } from '@hexapod/protocol/bytes';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { encode } from './abi.ts';
import { SENDER, TestChain } from './chain-in-memory.ts';
import { ContractClient, callData, eventsOf, failureOf } from './contract-client.ts';
import { signatureHash, useContracts } from './solidity.ts';

await useContracts('Tokens.sol');

const ALICE = SENDER;
const BOB = new Uint8Array(20).fill(0xb2);
const CAROL = new Uint8Array(20).fill(0xc3);
const NOBODY = new Uint8Array(20);
const [alice, bob, carol, nobody] = [ALICE, BOB, CAROL, NOBODY].map(toHex);
const REVERTED = 'Reverted.';

/** The data a Call answers for a custom error. */
const customError = (signature: string, types: string[], args: Parameters<typeof encode>[1]): string =>
  signatureHash(signature).slice(0, 8) + toHex(encode(types, args));

describe('ERC-20', () => {
  let chain: TestChain;
  let coin: ContractClient;
  const TRANSFER = 'Transfer(address indexed,address indexed,uint256)';
  const APPROVAL = 'Approval(address indexed,address indexed,uint256)';

  beforeAll(async () => {
    chain = await TestChain.start();
    coin = await ContractClient.deploy(chain, 'Coin', ['string', 'string'], ['Hexapod coin', 'HEX']);
  });

  test('has name, symbol, decimals', async () => {
    expect(await coin.read('name()', [], 'string')).toBe('Hexapod coin');
    expect(await coin.read('symbol()', [], 'string')).toBe('HEX');
    expect(await coin.read('decimals()')).toBe(18n);
  });

  test('is minted, transferred, burned; balances and supply follow', async () => {
    const minted = await coin.send('mint(address,uint256)', [ALICE, 10n ** 24n]);
    expect(eventsOf(minted, TRANSFER)).toEqual([
      { address: toHex(coin.address), name: 'Transfer', args: [nobody, alice, 10n ** 24n] },
    ]);
    const moved = await coin.send('transfer(address,uint256)', [BOB, 7n]);
    expect(eventsOf(moved, TRANSFER)[0]?.args).toEqual([alice, bob, 7n]);
    const burned = await coin.send('burn(uint256)', [2n], { from: BOB });
    expect(eventsOf(burned, TRANSFER)[0]?.args).toEqual([bob, nobody, 2n]);
    expect(await coin.read('balanceOf(address)', [ALICE])).toBe(10n ** 24n - 7n);
    expect(await coin.read('balanceOf(address)', [BOB])).toBe(5n);
    expect(await coin.read('totalSupply()')).toBe(10n ** 24n - 2n);
  });

  test('a transfer of more than there is reverts with its error and changes nothing', async () => {
    const sent = await coin.send('transfer(address,uint256)', [CAROL, 6n], { from: BOB });
    expect(sent.error).toBe(REVERTED);
    expect(sent.receipt.logs).toEqual([]);
    const output = await callData(
      chain,
      coin.address,
      coin.callData('transfer(address,uint256)', [CAROL, 6n]),
      BOB,
    );
    expect(toHex(output)).toBe(
      customError(
        'ERC20InsufficientBalance(address,uint256,uint256)',
        ['address', 'uint256', 'uint256'],
        [BOB, 5n, 6n],
      ),
    );
    expect(await coin.read('balanceOf(address)', [BOB])).toBe(5n);
  });

  test('who was approved takes that much and no more', async () => {
    const approved = await coin.send('approve(address,uint256)', [CAROL, 3n], { from: BOB });
    expect(eventsOf(approved, APPROVAL)[0]?.args).toEqual([bob, carol, 3n]);
    const taking = [BOB, CAROL, 2n];
    expect((await coin.send('transferFrom(address,address,uint256)', taking, { from: CAROL })).error).toBe(
      '',
    );
    expect(await coin.read('allowance(address,address)', [BOB, CAROL])).toBe(1n);
    expect((await coin.send('transferFrom(address,address,uint256)', taking, { from: CAROL })).error).toBe(
      REVERTED,
    );
    const most = 2n ** 256n - 1n;
    await coin.send('approve(address,uint256)', [CAROL, most], { from: BOB });
    await coin.send('transferFrom(address,address,uint256)', taking, { from: CAROL });
    // An allowance without limit is not counted down.
    expect(await coin.read('allowance(address,address)', [BOB, CAROL])).toBe(most);
    expect(await coin.read('balanceOf(address)', [CAROL])).toBe(4n);
  });

  test('a permit is an approval by signature: ecrecover, EIP-712, chain id 1', async () => {
    const privateKey = keccak_256(fromHex('01'));
    const owner = keccak_256(secp256k1.getPublicKey(privateKey, false).subarray(1)).subarray(12);
    const deadline = 2n ** 63n;
    const domain = keccak_256(
      encode(
        ['bytes32', 'bytes32', 'bytes32', 'uint256', 'address'],
        [
          signatureHash('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
          signatureHash('Hexapod coin'),
          signatureHash('1'),
          1n,
          coin.address,
        ],
      ),
    );
    expect(await coin.read('DOMAIN_SEPARATOR()', [], 'bytes32')).toBe(toHex(domain));
    const message = keccak_256(
      encode(
        ['bytes32', 'address', 'address', 'uint256', 'uint256', 'uint256'],
        [
          signatureHash('Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)'),
          owner,
          BOB,
          500n,
          0n,
          deadline,
        ],
      ),
    );
    const digest = keccak_256(concatBytes(fromHex('1901'), domain, message));
    const signature = secp256k1.sign(digest, privateKey, { prehash: false, format: 'recovered' });
    const permit = [
      owner,
      BOB,
      500n,
      deadline,
      27 + (signature[0] ?? 0),
      signature.slice(1, 33),
      signature.slice(33),
    ];
    const name = 'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)';
    expect((await coin.send(name, permit)).error).toBe('');
    expect(await coin.read('allowance(address,address)', [owner, BOB])).toBe(500n);
    expect(await coin.read('nonces(address)', [owner])).toBe(1n);
    // Its nonce is used: once more it is somebody else's signature.
    expect((await coin.send(name, permit)).error).toBe(REVERTED);
  });
});

describe('ERC-721', () => {
  let chain: TestChain;
  let token: ContractClient;
  let receiver: ContractClient;
  const TRANSFER = 'Transfer(address indexed,address indexed,uint256 indexed)';
  const SAFE = 'safeTransferFrom(address,address,uint256)';

  beforeAll(async () => {
    chain = await TestChain.start();
    token = await ContractClient.deploy(chain, 'Collectible');
    receiver = await ContractClient.deploy(chain, 'Receiver');
    for (const id of [1n, 2n, 3n]) await token.send('mint(address,uint256)', [ALICE, id]);
  });

  const ownerOf = (id: bigint) => token.read('ownerOf(uint256)', [id], 'address');

  test('supports its interfaces, has a URI per token', async () => {
    expect(await token.read('supportsInterface(bytes4)', ['80ac58cd'], 'bool')).toBe(true);
    expect(await token.read('supportsInterface(bytes4)', ['ffffffff'], 'bool')).toBe(false);
    expect(await token.read('tokenURI(uint256)', [2n], 'string')).toBe('hexapod:collectible/2');
    expect(await token.read('balanceOf(address)', [ALICE])).toBe(3n);
  });

  test('is transferred by its owner, by who is approved, by an operator, and by nobody else', async () => {
    const move = 'transferFrom(address,address,uint256)';
    expect((await token.send(move, [ALICE, BOB, 1n], { from: BOB })).error).toBe(REVERTED);
    const sent = await token.send(move, [ALICE, BOB, 1n]);
    expect(eventsOf(sent, TRANSFER)[0]?.args).toEqual([alice, bob, 1n]);
    expect(sent.receipt.logs[0]?.topics.length).toBe(4);
    await token.send('approve(address,uint256)', [CAROL, 1n], { from: BOB });
    expect((await token.send(move, [BOB, CAROL, 1n], { from: CAROL })).error).toBe('');
    // The approval went with the token.
    expect(await token.read('getApproved(uint256)', [1n], 'address')).toBe(nobody);
    await token.send('setApprovalForAll(address,bool)', [BOB, true], { from: CAROL });
    expect((await token.send(move, [CAROL, ALICE, 1n], { from: BOB })).error).toBe('');
    expect(await ownerOf(1n)).toBe(alice);
  });

  test('goes safely to accounts without code and to contracts that take it', async () => {
    expect((await token.send(SAFE, [ALICE, BOB, 2n])).error).toBe('');
    expect((await token.send(SAFE, [BOB, receiver.address, 2n], { from: BOB })).error).toBe('');
    expect(await ownerOf(2n)).toBe(toHex(receiver.address));
  });

  test.each([
    ['Coin', ['string', 'string'], ['c', 'c']],
    ['WrongReceiver', [], []],
    ['RefusingReceiver', [], []],
  ] as const)('does not go safely to %s', async (name, types, args) => {
    const contract = await ContractClient.deploy(chain, name, types, args);
    const sending = [ALICE, contract.address, 3n];
    expect((await token.send(SAFE, sending)).error).toBe(REVERTED);
    expect(await ownerOf(3n)).toBe(alice);
    const output = callData(chain, token.address, token.callData(SAFE, sending));
    if (name === 'RefusingReceiver') {
      // The reason of the receiver comes through.
      expect(await failureOf(output)).toBe('Reverted: not today');
    } else {
      const error = customError('ERC721InvalidReceiver(address)', ['address'], [contract.address]);
      expect(toHex(await output)).toBe(error);
    }
  });

  test('what does not exist has no owner and no URI', async () => {
    const asked = callData(chain, token.address, token.callData('ownerOf(uint256)', [99n]));
    expect(toHex(await asked)).toBe(customError('ERC721NonexistentToken(uint256)', ['uint256'], [99n]));
    expect((await token.send('mint(address,uint256)', [ALICE, 1n])).error).toBe(REVERTED);
    expect((await token.send('safeMint(address,uint256)', [token.address, 4n])).error).toBe(REVERTED);
  });
});

describe('ERC-1155', () => {
  let chain: TestChain;
  let items: ContractClient;
  let receiver: ContractClient;
  const SINGLE = 'TransferSingle(address indexed,address indexed,address indexed,uint256,uint256)';
  const BATCH = 'TransferBatch(address indexed,address indexed,address indexed,uint256[],uint256[])';
  const SAFE = 'safeTransferFrom(address,address,uint256,uint256,bytes)';
  const SAFE_BATCH = 'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)';

  beforeAll(async () => {
    chain = await TestChain.start();
    items = await ContractClient.deploy(chain, 'Items');
    receiver = await ContractClient.deploy(chain, 'Receiver');
    await items.send('mintBatch(address,uint256[],uint256[])', [ALICE, [1n, 2n, 3n], [10n, 20n, 30n]]);
  });

  const balances = (owners: Uint8Array[], ids: bigint[]) =>
    items.read('balanceOfBatch(address[],uint256[])', [owners, ids], 'uint256[]');

  test('one of them is transferred', async () => {
    const sent = await items.send(SAFE, [ALICE, BOB, 1n, 4n, 'abcd']);
    expect(eventsOf(sent, SINGLE)[0]?.args).toEqual([alice, alice, bob, 1n, 4n]);
    expect(await balances([ALICE, BOB], [1n, 1n])).toEqual([6n, 4n]);
  });

  test('several are transferred to a contract that takes them', async () => {
    const sent = await items.send(SAFE_BATCH, [ALICE, receiver.address, [2n, 3n], [5n, 6n], '']);
    expect(eventsOf(sent, BATCH)[0]?.args).toEqual([
      alice,
      alice,
      toHex(receiver.address),
      [2n, 3n],
      [5n, 6n],
    ]);
    expect(await balances([receiver.address, receiver.address, ALICE], [2n, 3n, 3n])).toEqual([5n, 6n, 24n]);
  });

  test('too many, wrong lengths, no rights, wrong receivers: nothing moves', async () => {
    const wrong = await ContractClient.deploy(chain, 'WrongReceiver');
    const before = await balances([ALICE, ALICE, ALICE], [1n, 2n, 3n]);
    const attempts = [
      items.send(SAFE, [ALICE, BOB, 1n, 1000n, '']),
      items.send(SAFE_BATCH, [ALICE, BOB, [1n, 2n], [1n], '']),
      items.send(SAFE, [ALICE, BOB, 1n, 1n, ''], { from: BOB }),
      items.send(SAFE, [ALICE, wrong.address, 1n, 1n, '']),
      items.send(SAFE, [ALICE, items.address, 1n, 1n, '']),
    ];
    for (const attempt of attempts) expect((await attempt).error).toBe(REVERTED);
    expect(await balances([ALICE, ALICE, ALICE], [1n, 2n, 3n])).toEqual(before);
  });

  test('an operator may', async () => {
    await items.send('setApprovalForAll(address,bool)', [CAROL, true]);
    const sent = await items.send(SAFE, [ALICE, CAROL, 2n, 1n, ''], { from: CAROL });
    expect(eventsOf(sent, SINGLE)[0]?.args).toEqual([carol, alice, carol, 2n, 1n]);
    expect(equalBytes(sent.receipt.logs[0]?.address ?? NOBODY, items.address)).toBe(true);
  });
});
