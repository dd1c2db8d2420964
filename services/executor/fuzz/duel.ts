/** The executor and the reference, fed with the same blocks and queries; the first difference is thrown. */
import { RpcError } from '@hexapod/common/rpc-error';
import { keccak256 } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import { Block, type RawTransaction } from '@hexapod/protocol/blockchain';
import { be64, concatBytes, equalBytes, fromHex, toHex, Z32 } from '@hexapod/protocol/bytes';
import { Receipt } from '@hexapod/protocol/evm';
import { genesisBlock, type Hash } from '@hexapod/protocol/rules';
import { readBlockRecord } from '../src/block/block-record.ts';
import { findReceipt } from '../src/block/receipt-store.ts';
import type { Chain } from '../src/chain.ts';
import type { MachineModules } from '../src/evm/machine.ts';
import { receiptMessage } from '../src/query/receipt-message.ts';
import { openChain, openQueries } from '../test/chain-in-memory.ts';
import { MemoryDatabase } from '../test/memory-database.ts';
import { type CallAnswer, callAnswer } from '../test/reference/call-answer.ts';
import { type ReferenceBlock, ReferenceChain } from '../test/reference/chain.ts';
import { TooMuchWork } from '../test/reference/frame.ts';
import { keccak } from '../test/reference/hashing.ts';
import { toBytes, toInteger } from '../test/reference/numbers.ts';
import type { FuzzBlock, FuzzCase, FuzzQuery, FuzzSetup, FuzzTransaction } from './fuzz-case.ts';

/** The two do not agree. */
class Difference extends Error {}

/** Enough for all gas a transaction gets here; endless loops with the gas of an estimate end by it. */
const MOST_STEPS = 400_000;
const GENESIS_TIMESTAMP = 1_700_000_000_000n;
/** Of tries, in memory for each account that is. */
const TRIE_BYTES = 1024;
const NEWEST_ACCOUNTS = 12;
const NOTHING = new Uint8Array(0);
const NO_STATE =
  "Call Error Transaction execution error (Couldn't find the transaction block's state in the chain).";

export class Duel {
  readonly reference: ReferenceChain;
  readonly #setup: FuzzSetup;
  readonly #hash: Hash;
  readonly #machine: MachineModules;
  readonly #database = new MemoryDatabase();
  #chain: Chain;

  private constructor(setup: FuzzSetup, machine: MachineModules) {
    this.#setup = setup;
    this.#machine = machine;
    this.#hash = setup.hash === 'sm3' ? sm3 : keccak256;
    const { ethCompatibility } = setup;
    this.reference = new ReferenceChain({ hash: this.#hash, ethCompatibility, mostSteps: MOST_STEPS });
    this.#chain = this.#open();
  }

  static async start(setup: FuzzSetup, machine: MachineModules): Promise<Duel> {
    const duel = new Duel(setup, machine);
    await duel.#execute(genesisBlock({ timestamp: GENESIS_TIMESTAMP, prevhash: Z32 }));
    return duel;
  }

  /** False: the reference would need too long for the block, and nothing has happened. */
  async execute(block: FuzzBlock): Promise<boolean> {
    if (block.reopen) await this.#reopen();
    const previous = this.reference.blocks.at(-1);
    const height = BigInt(this.reference.blocks.length);
    const header = {
      prevhash: previous?.blockHash ?? Z32,
      timestamp: BigInt(block.timestamp),
      height,
      transactionsRoot: this.#hash(be64(height)),
      proposer: fromHex(block.proposer),
    };
    const body = block.transactions.map((transaction, index) => rawTransaction(transaction, height, index));
    return this.#execute(Block.create({ version: block.version, header, body: { body } }));
  }

  /** False: as above. */
  async ask(query: FuzzQuery): Promise<boolean> {
    const { from, to, data, height } = query;
    const parties = { from: toInteger(fromHex(from)), to: toInteger(fromHex(to)), data: fromHex(data) };
    const request = { from: fromHex(from), to: fromHex(to), method: fromHex(data), args: [] };
    const { ethCompatibility } = this.#setup;
    const queries = openQueries(this.#database, { ethCompatibility, machine: this.#machine });
    try {
      if (height === undefined) {
        const quota = this.reference.estimateQuota(parties);
        const wanted =
          quota === undefined ? { error: 'estimate quota failed' } : { value: toBytes(quota, 32) };
        const got = await answerOf(queries.estimateQuota({ ...request, height: 0n }), (a) => a.bytesQuota);
        compare(`estimate of ${to}`, got, wanted);
      } else {
        const wanted = this.#wantedOfCall(parties, height);
        const got = await answerOf(queries.call({ ...request, height: BigInt(height) }), (a) => a.value);
        compare(`call of ${to} at height ${height}`, got, wanted);
      }
      return true;
    } catch (error) {
      if (error instanceof TooMuchWork) return false;
      throw error;
    }
  }

  /** Code, ABI and nonce of the newest accounts, as the queries answer them. */
  async compareAccounts(): Promise<void> {
    const queries = openQueries(this.#database);
    for (const [integer, account] of [...this.reference.accounts].slice(-NEWEST_ACCOUNTS)) {
      const address = toBytes(integer, 20);
      const { byteCode } = await queries.getCode({ address });
      const { bytesAbi } = await queries.getAbi({ address });
      const { nonce } = await queries.getTransactionCount({ address });
      const got = [byteCode, bytesAbi, nonce].map(toHex);
      const wanted = [account.code, account.abi, toBytes(account.nonce, 32)].map(toHex);
      compare(`account ${toHex(address)}`, got, wanted);
    }
  }

  async #reopen(): Promise<void> {
    await this.#chain.swept();
    await this.#chain.close();
    this.#chain = this.#open();
  }

  #open(): Chain {
    const { ethCompatibility, keepHistory, cacheSize } = this.#setup;
    return openChain({
      hash: this.#hash,
      ethCompatibility,
      keepHistory,
      cacheSizes: { accounts: cacheSize, slots: cacheSize },
      trieCacheBytes: cacheSize * TRIE_BYTES,
      database: this.#database,
      machine: this.#machine,
    }).chain;
  }

  async #execute(block: Block): Promise<boolean> {
    const wanted = this.#expect(block);
    if (wanted === undefined) return false;
    const { header, receipts } = wanted;
    const { stateRoot } = await this.#chain.exec(block);
    const record = readBlockRecord(this.#database, header.height);
    if (record === undefined) throw new Difference(`block ${header.height} is not in the database`);
    // Receipts first: a transaction that went another way says more than a root.
    for (const receipt of receipts) {
      const found = findReceipt(this.#database, receipt.transactionHash);
      if (found === undefined) throw new Difference(`no receipt of ${toHex(receipt.transactionHash)}`);
      compareReceipts(receiptMessage(found, record, keccak256), receipt);
    }
    const part = ({ blockHash, internalHash, receiptsRoot, quotaUsed }: typeof record | ReferenceBlock) =>
      [blockHash, internalHash, receiptsRoot].map(toHex).concat(String(quotaUsed));
    compare(`state root of block ${header.height}`, toHex(stateRoot ?? NOTHING), toHex(wanted.stateRoot));
    compare(`hashes and quota of block ${header.height}`, part(record), part(wanted));
    return true;
  }

  #expect(block: Block): ReferenceBlock | undefined {
    try {
      return this.reference.execute(block);
    } catch (error) {
      if (error instanceof TooMuchWork) return undefined;
      throw error;
    }
  }

  #wantedOfCall(parties: Parameters<ReferenceChain['call']>[0], height: number): CallAnswer {
    const head = this.reference.blocks.length - 1;
    const at = height === 0 ? head : height;
    if (at > head || (at < head && !this.#setup.keepHistory)) return { error: NO_STATE };
    return callAnswer(this.reference.call(parties, at));
  }
}

/** Runs a case from its beginning. Throws Difference, or whatever the executor throws. */
export async function runCase(found: FuzzCase, machine: MachineModules): Promise<Duel> {
  const { setup, blocks, queries } = found;
  const duel = await Duel.start(setup, machine);
  for (const block of blocks) await duel.execute(block);
  for (const query of queries) await duel.ask(query);
  await duel.compareAccounts();
  return duel;
}

function rawTransaction(given: FuzzTransaction | 'utxo', height: bigint, index: number): RawTransaction {
  const transactionHash = keccak(concatBytes(be64(height), be64(BigInt(index))));
  if (given === 'utxo') return { tx: { case: 'utxoTx', value: { transactionHash, witnesses: [] } } };
  const { from, to, data, quota, version, value } = given;
  const transaction = {
    version,
    to: fromHex(to),
    nonce: '',
    quota: BigInt(quota),
    validUntilBlock: 0n,
    data: fromHex(data),
    value: fromHex(value),
    chainId: NOTHING,
  };
  const witness = { signature: NOTHING, sender: fromHex(from) };
  return { tx: { case: 'normalTx', value: { transaction, transactionHash, witness } } };
}

async function answerOf<A>(answer: Promise<A>, value: (answer: A) => Uint8Array): Promise<CallAnswer> {
  try {
    return { value: value(await answer) };
  } catch (error) {
    if (error instanceof RpcError) return { error: error.details };
    throw error;
  }
}

function compareReceipts(got: Receipt, wanted: Receipt): void {
  if (equalBytes(Receipt.encode(got), Receipt.encode(wanted))) return;
  const place = `receipt ${wanted.transactionIndex} of block ${wanted.blockNumber}`;
  // Internal hashes and roots follow from everything else; what differs by itself is told first.
  for (const field of ['errorMessage', 'quotaUsed', 'contractAddress', 'logs', 'logsBloom'] as const) {
    compare(`${place}: ${field}`, got[field], wanted[field]);
  }
  compare(place, got, wanted);
}

/** As text, so that a difference can be read. */
function compare(what: string, got: unknown, wanted: unknown): void {
  const [ours, theirs] = [textOf(got), textOf(wanted)];
  if (ours !== theirs) throw new Difference(`${what}:\n  executor  ${ours}\n  reference ${theirs}`);
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([name, part]) => `${name}: ${textOf(part)}`)
    .join(', ')} }`;
}
