/** Proxies of OpenZeppelin: ERC-1967 with UUPS, and transparent ones with their admin contract. */
import { toHex } from '@hexapod/protocol/bytes';
import { beforeAll, describe, expect, test } from 'vitest';
import { encode } from './abi.ts';
import { SENDER, TestChain } from './chain-in-memory.ts';
import { ContractClient, callData, eventsOf } from './contract-client.ts';
import { createAddress } from './reference/calls.ts';
import { toBytes, toInteger } from './reference/numbers.ts';
import { signatureHash, useContracts } from './solidity.ts';

await useContracts('Counters.sol');

const OWNER = SENDER;
const STRANGER = new Uint8Array(20).fill(0xb2);
const UPGRADED = 'Upgraded(address indexed)';
const REVERTED = 'Reverted.';
/** keccak256('eip1967.proxy.implementation') − 1. */
const IMPLEMENTATION_SLOT = '360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';

test('the implementation is where ERC-1967 says', () => {
  const hash = BigInt(`0x${signatureHash('eip1967.proxy.implementation')}`);
  expect((hash - 1n).toString(16)).toBe(IMPLEMENTATION_SLOT);
});

async function deployBehind(
  chain: TestChain,
  proxy: 'Proxy' | 'TransparentProxy',
): Promise<{ one: ContractClient; two: ContractClient; counter: ContractClient }> {
  const one = await ContractClient.deploy(chain, 'CounterOne');
  const two = await ContractClient.deploy(chain, 'CounterTwo');
  const initialize = one.callData('initialize(address)', [OWNER]);
  const [types, args] =
    proxy === 'Proxy'
      ? [
          ['address', 'bytes'],
          [one.address, initialize],
        ]
      : [
          ['address', 'address', 'bytes'],
          [one.address, OWNER, initialize],
        ];
  const deployed = await ContractClient.deploy(chain, proxy, types, args);
  return { one, two, counter: deployed.as('CounterOne') };
}

describe('UUPS', () => {
  let chain: TestChain;
  let one: ContractClient;
  let two: ContractClient;
  let counter: ContractClient;

  beforeAll(async () => {
    chain = await TestChain.start();
    ({ one, two, counter } = await deployBehind(chain, 'Proxy'));
  });

  test('the storage is the proxy’s', async () => {
    await counter.send('add()');
    await counter.send('add()');
    expect(await counter.read('count()')).toBe(2n);
    expect(await one.read('count()')).toBe(0n);
    expect(await counter.read('owner()', [], 'address')).toBe(toHex(OWNER));
  });

  test('neither proxy nor implementation can be initialized again', async () => {
    const initialize = 'initialize(address)';
    expect((await counter.send(initialize, [STRANGER])).error).toBe(REVERTED);
    expect((await one.send(initialize, [STRANGER])).error).toBe(REVERTED);
  });

  test('a stranger cannot upgrade, and learns why', async () => {
    const upgrade = [two.address, ''];
    const sent = await counter.send('upgradeToAndCall(address,bytes)', upgrade, { from: STRANGER });
    expect(sent.error).toBe(REVERTED);
    const data = counter.callData('upgradeToAndCall(address,bytes)', upgrade);
    const output = await callData(chain, counter.address, data, STRANGER);
    const error = signatureHash('NotOwner(address)').slice(0, 8) + toHex(encode(['address'], [STRANGER]));
    expect(toHex(output)).toBe(error);
    expect(await counter.read('version()')).toBe(1n);
  });

  test('not to what is no implementation, nor on the implementation itself', async () => {
    const upgrade = 'upgradeToAndCall(address,bytes)';
    expect((await counter.send(upgrade, [STRANGER, ''])).error).toBe(REVERTED);
    expect((await counter.send(upgrade, [counter.address, ''])).error).toBe(REVERTED);
    expect((await one.send(upgrade, [two.address, ''])).error).toBe(REVERTED);
  });

  test('the owner upgrades and calls at once; the storage stays', async () => {
    const double = two.callData('double()', []);
    const sent = await counter.send('upgradeToAndCall(address,bytes)', [two.address, double]);
    expect(eventsOf(sent, UPGRADED, 'Doubled(uint256)')).toEqual([
      { address: toHex(counter.address), name: 'Upgraded', args: [toHex(two.address)] },
      { address: toHex(counter.address), name: 'Doubled', args: [4n] },
    ]);
    expect(await counter.read('version()')).toBe(2n);
    expect(await counter.read('count()')).toBe(4n);
    expect(await counter.as('CounterTwo').read('owner()', [], 'address')).toBe(toHex(OWNER));
  });

  test('a function that nobody has reverts without a reason, which Call answers as nothing', async () => {
    const unknown = Uint8Array.fromHex('deadbeef');
    expect((await callData(chain, counter.address, unknown)).length).toBe(0);
  });
});

describe('transparent', () => {
  let chain: TestChain;
  let two: ContractClient;
  let counter: ContractClient;
  let admin: Uint8Array;

  beforeAll(async () => {
    chain = await TestChain.start();
    ({ two, counter } = await deployBehind(chain, 'TransparentProxy'));
    // The proxy's constructor has created its admin contract: its first creation, so with nonce 0 (4.4).
    admin = toBytes(createAddress(toInteger(counter.address), 0n), 20);
  });

  test('everybody but the admin reaches the implementation', async () => {
    await counter.send('add()');
    await counter.send('add()', [], { from: STRANGER });
    expect(await counter.read('count()')).toBe(2n);
    // The admin is not let through, whatever it asks.
    const data = counter.callData('count()', []);
    expect(toHex(await callData(chain, counter.address, data, admin))).toBe(
      signatureHash('ProxyDeniedAdminAccess()').slice(0, 8),
    );
  });

  test('the owner upgrades through the admin contract', async () => {
    const contract = new ContractClient(chain, admin, 'ProxyAdmin');
    const upgrade = 'upgradeAndCall(address,address,bytes)';
    const args = [counter.address, two.address, ''];
    expect((await contract.send(upgrade, args, { from: STRANGER })).error).toBe(REVERTED);
    const sent = await contract.send(upgrade, args);
    expect(sent.error).toBe('');
    expect(eventsOf(sent, UPGRADED)).toEqual([
      { address: toHex(counter.address), name: 'Upgraded', args: [toHex(two.address)] },
    ]);
    expect(await counter.read('version()')).toBe(2n);
    expect(await counter.read('count()')).toBe(2n);
  });
});
