// The life of a chain of four validators, real processes, both suites: a contract, refusals, a node stopped and started,
// governance, and a power cut of all 24 processes under load.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { loadSuite } from '@hexapod/crypto/suite';
import type { CryptoName } from '@hexapod/devnet/node-config';
import type { RawTransaction, Transaction } from '@hexapod/protocol/blockchain';
import { fromHex, readBe64, toHex } from '@hexapod/protocol/bytes';
import type { Receipt } from '@hexapod/protocol/evm';
import { type Account, accountOf, generateAccount } from '@hexapod/sdk/account';
import { CALL_QUOTA, CREATE_QUOTA, fetchValidity, normalTransaction } from '@hexapod/sdk/normal-transaction';
import { sendSystemChange } from '@hexapod/sdk/send-system-change';
import { sendTransaction } from '@hexapod/sdk/send-transaction';
import { signTransaction } from '@hexapod/sdk/sign-transaction';
import { waitForReceipt } from '@hexapod/sdk/wait-for-receipt';
import { waitForTransaction } from '@hexapod/sdk/wait-for-transaction';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, TestChain } from './test-chain.ts';

interface Counter {
  readonly bytecode: string;
  readonly selectors: Readonly<Record<string, string>>;
}
const counter: Counter = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../examples/counter/Counter.json', import.meta.url)), 'utf8'),
);
const ADD = fromHex(counter.selectors['add()'] ?? '');
const COUNT = fromHex(counter.selectors['count()'] ?? '');
const NOWHERE = new Uint8Array();
const PATIENCE = { timeoutMs: 60_000 };

/** The name of the code with which the chain refuses. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RpcError && error.grpcCode === GrpcStatus.INVALID_ARGUMENT) return error.details;
    throw error;
  }
  return 'accepted';
}

/** What all nodes must agree on, of one height, as comparable text. */
async function blockFacts(chain: TestChain, node: number, blockNumber: bigint): Promise<string> {
  const { controller } = chain.node(node);
  const [{ hash }, { stateRoot }, block] = await Promise.all([
    controller.getBlockHash({ blockNumber }),
    controller.getStateRootByNumber({ blockNumber }),
    controller.getBlockByNumber({ blockNumber }),
  ]);
  return [hash, stateRoot, ...(block.body?.txHashes ?? [])].map(toHex).join(' ');
}

/** All nodes agree on every block from 0 to the newest that all have. */
async function expectAgreement(chain: TestChain): Promise<bigint> {
  const top = await chain.waitForSameHeight();
  for (let height = 0n; height <= top; height++) {
    const facts = await Promise.all(chain.nodes.map((_, node) => blockFacts(chain, node, height)));
    expect(new Set(facts).size, `block ${height}: ${facts.join('\n')}`).toBe(1);
  }
  return top;
}

describe.each<CryptoName>(['sm', 'eth'])('a chain of four validators, %s', (crypto) => {
  let chain: TestChain;
  let user: Account;
  let contract: Uint8Array;

  beforeAll(async () => {
    user = generateAccount(await loadSuite(crypto));
    chain = await TestChain.start({ nodes: 4, crypto, interval: 1 });
  });

  afterAll(() => chain?.stop());

  const countAt = async (node: number): Promise<bigint> => {
    const request = { to: contract, from: user.address, method: COUNT, args: [], height: 0n };
    const { value } = await chain.node(node).executor.call(request);
    return readBe64(value.subarray(24));
  };

  const add = (node: number): Promise<Uint8Array> =>
    sendTransaction(chain.node(node), user, { to: contract, data: ADD, quota: CALL_QUOTA });

  /** A signed call of add() with something changed after or before signing. */
  async function signedAdd(change: Partial<Transaction> = {}): Promise<RawTransaction> {
    const validity = await fetchValidity(chain.node(0));
    const transaction = normalTransaction({ to: contract, data: ADD, quota: CALL_QUOTA }, validity);
    return signTransaction(user, { ...transaction, ...change }).raw;
  }

  test('the Counter is created, and all nodes have the same receipt', async () => {
    const create = { to: NOWHERE, data: fromHex(counter.bytecode), quota: CREATE_QUOTA };
    const hash = await sendTransaction(chain.node(0), user, create);
    const receipts: Receipt[] = [];
    for (const node of chain.nodes) receipts.push(await waitForReceipt(node, hash, PATIENCE));
    const [receipt] = receipts;
    expect(receipt?.errorMessage).toBe('');
    for (const other of receipts) expect(other).toEqual(receipt);
    contract = receipt?.contractAddress ?? NOWHERE;
    expect(contract).toHaveLength(20);
    expect(contract).not.toEqual(new Uint8Array(20));
    expect(await countAt(0)).toBe(0n);
  });

  test('add() through each node counts on all of them', async () => {
    const hashes = await Promise.all(chain.nodes.map((_, node) => add(node)));
    for (const hash of hashes) {
      const receipt = await waitForReceipt(chain.node(0), hash, PATIENCE);
      expect(receipt.errorMessage).toBe('');
    }
    for (const node of chain.nodes.keys()) {
      await eventually(`node ${node} counts 4`, async () =>
        (await countAt(node)) === 4n ? true : undefined,
      );
    }
  });

  test('the block, its proof and its state root agree on all four', async () => {
    const top = await expectAgreement(chain);
    const { proof } = await chain.node(0).controller.getProofByNumber({ blockNumber: top });
    expect(proof.length).toBeGreaterThan(100);
  });

  test('refusals have the status code of the protocol', async () => {
    const { controller } = chain.node(0);
    const send = async (change: Partial<Transaction>) =>
      refusalOf(controller.sendRawTransaction(await signedAdd(change)));
    expect(await send({ chainId: new Uint8Array(32).fill(1) })).toBe('InvalidChainId');
    expect(await send({ validUntilBlock: 1n })).toBe('InvalidValidUntilBlock');
    expect(await send({ validUntilBlock: 1_000_000n })).toBe('InvalidValidUntilBlock');
    expect(await send({ version: 1 })).toBe('InvalidVersion');
    expect(await send({ quota: 1n << 40n })).toBe('QuotaUsedExceed');

    const good = await signedAdd();
    const forged = await signedAdd();
    if (forged.tx?.case !== 'normalTx' || !forged.tx.value.witness)
      throw new Error('not a signed transaction');
    const { signature } = forged.tx.value.witness;
    signature[10] = (signature[10] ?? 0) ^ 1;
    expect(await refusalOf(controller.sendRawTransaction(forged))).toBe('SigCheckError');

    expect(await refusalOf(controller.sendRawTransaction(good))).toBe('accepted');
    expect(await refusalOf(controller.sendRawTransaction(good))).toMatch(/^(DupTransaction|HistoryDupTx)$/);
    await waitForReceipt(chain.node(0), good.tx?.value.transactionHash ?? NOWHERE, PATIENCE);
    expect(await refusalOf(controller.sendRawTransaction(good))).toBe('HistoryDupTx');
  });

  test('one node stopped: blocks go on; started again: it catches up', async () => {
    const before = await chain.waitForSameHeight();
    await chain.devnet.stopNode(3);
    await chain.waitForHeight(0, before + 4n);
    const hash = await add(1);
    await waitForReceipt(chain.node(0), hash, PATIENCE);
    const target = await chain.height(0);
    await chain.devnet.startNode(3);
    await chain.waitForHeight(3, target + 1n);
    await waitForReceipt(chain.node(3), hash, PATIENCE);
    await expectAgreement(chain);
  });

  test('one process killed and started again: its node goes on', async () => {
    for (const service of ['crypto', 'storage', 'executor', 'network', 'consensus', 'controller'] as const) {
      await chain.devnet.killNode(2, service);
      await chain.devnet.startNode(2, service);
      const target = (await chain.height(0)) + 2n;
      await chain.waitForHeight(2, target);
    }
    await expectAgreement(chain);
  });

  test('the administrator changes the block interval, nobody else does', async () => {
    const { controller } = chain.node(0);
    const stranger = sendSystemChange(chain.node(0), user, { item: 'block-interval', seconds: 2 });
    expect(await refusalOf(stranger)).toBe('AdminCheckError');
    const key = readFileSync(chain.chain.admin.privateKeyFile, 'utf8');
    const admin = accountOf(user.suite, fromHex(key));
    const hash = await sendSystemChange(chain.node(0), admin, { item: 'block-interval', seconds: 2 });
    await waitForTransaction(chain.node(0), hash, PATIENCE);
    const config = await controller.getSystemConfig({});
    expect(config.blockInterval).toBe(2);
    expect(config.blockIntervalPreHash).toEqual(hash);
    await expectAgreement(chain);
  });

  test('all 24 processes killed under load and started again: nothing in a block is lost', async () => {
    const sent: Uint8Array[] = [];
    let isLoading = true;
    const load = (async () => {
      while (isLoading) {
        try {
          const hashes = await Promise.all(chain.nodes.map((_, node) => add(node)));
          sent.push(...hashes);
        } catch (error) {
          // The chain is being killed while this sends: that is the point.
          if (!(error instanceof RpcError)) throw error;
        }
      }
    })();
    const start = await chain.height(0);
    await chain.waitForHeight(0, start + 3n);
    const seen = await Promise.all(
      chain.nodes.map(async (_, node) => {
        const height = await chain.height(node);
        return { height, facts: await blockFacts(chain, node, height) };
      }),
    );
    await Promise.all(chain.nodes.map((_, node) => chain.devnet.killNode(node)));
    isLoading = false;
    await load;
    expect(sent.length).toBeGreaterThan(0);

    await Promise.all(chain.nodes.map((_, node) => chain.devnet.startNode(node)));
    const highest = seen.reduce((top, { height }) => (height > top ? height : top), 0n);
    await Promise.all(chain.nodes.map((_, node) => chain.waitForHeight(node, highest + 2n)));
    for (const { height, facts } of seen) {
      for (const node of chain.nodes.keys()) expect(await blockFacts(chain, node, height)).toBe(facts);
    }
    await expectAgreement(chain);
    const hash = await add(0);
    expect((await waitForReceipt(chain.node(3), hash, PATIENCE)).errorMessage).toBe('');
  });

  test('no process ended by itself', () => {
    expect(chain.said.filter((text) => text.includes('ended by itself'))).toEqual([]);
  });
});
