// How the executor fares with many accounts. A process of its own fills the state through the commit path and ends; another
// opens it, looks accounts up, and executes transfers between any of them. Started by bench/executor.ts:
// `scale.ts fill|measure FOLDER ACCOUNTS`; the second prints one line of JSON.

import { readFileSync } from 'node:fs';
import { StageTimers } from '@hexapod/common/stage-timers';
import { keccak256, keccak256Into } from '@hexapod/crypto/keccak';
import { Block } from '@hexapod/protocol/blockchain';
import { concatBytes } from '@hexapod/protocol/bytes';
import { type Word, wordFromBytes, wordToBytes } from '../../services/executor/src/evm/word.ts';
import { FRESH_ACCOUNT } from '../../services/executor/src/state/account.ts';
import { StateBatch } from '../../services/executor/src/state/state-batch.ts';
import { CodeStore, HeadState } from '../../services/executor/src/state/state-reader.ts';
import { Tries } from '../../services/executor/src/state/tries.ts';
import { Batch } from '../../services/executor/src/store/database.ts';
import { account, BlockMaker, OWNER, TOKEN } from './blocks.ts';
import { type Domain, executeEncoded, openDomain } from './domain.ts';

export interface ScaleFigures {
  readonly accounts: number;
  /** Of an account nobody asked for since the start. */
  readonly lookupUs: number;
  readonly cpuUs: number;
  /** Committing the state and writing the block, elapsed. */
  readonly commitMsABlock: number;
  readonly rssMiB: number;
  /** Without files that are mapped into memory. */
  readonly ownMiB: number;
}

/** Accounts written at once. */
const PIECE = 10_000;
const BALANCE = 1_000_000;
const LOOKUPS = 20_000;
const TRANSACTIONS = 3000;
const WARM_UP = 12;
const BLOCKS = 12;

const [mode, folder = '', count] = process.argv.slice(2);
const accounts = Number(count);
const timers = new StageTimers();
const domain = await openDomain(folder, true, (name, step) => timers.time(name, step));
const maker = new BlockMaker();
const setUp = [maker.genesis(), maker.token()].map(Block.encode);
if (mode === 'fill') await fill(domain);
else process.stdout.write(`${JSON.stringify(await measure(domain))}\n`);
await domain.close();

function newHead({ database }: Domain): HeadState {
  return new HeadState(database, new CodeStore(1 << 20), { accounts: 100_000, slots: 100_000 }, 1);
}

function balanceSlot(holder: Uint8Array, mapping: number): Word {
  const padded = new Uint8Array(32);
  padded.set(holder, 12);
  return wordFromBytes(keccak256(concatBytes(padded, wordToBytes(mapping))));
}

/** As if each account had sent a transaction and been sent tokens. */
async function fill(opened: Domain): Promise<void> {
  const { chain, database } = opened;
  for (const block of setUp) await executeEncoded(chain, block);
  const head = newHead(opened);
  const tries = new Tries(192 << 20, { reader: database, head, keccakInto: keccak256Into });
  const token = wordFromBytes(TOKEN);
  const storage = head.account(token)?.storage ?? 0;
  // Which variable of the contract holds the balances.
  const mapping = [0, 1, 2, 3, 4, 5].find((number) => head.slot(storage, balanceSlot(OWNER, number)) !== 0);
  if (mapping === undefined) throw new Error('the token has no balances');
  for (let first = 0; first < accounts; first += PIECE) {
    const batch = new Batch();
    const state = new StateBatch(batch, { height: 1, keepHistory: true }, { head, tries });
    const holders = Array.from({ length: Math.min(PIECE, accounts - first) }, (_, i) => account(first + i));
    const slots = holders.map((holder) => [balanceSlot(holder, mapping), BALANCE] as const);
    const storageRoot = state.putSlots(storage, slots);
    const before = head.account(token) ?? FRESH_ACCOUNT;
    state.putAccount(token, { ...before, storageRoot });
    for (const holder of holders) state.putAccount(wordFromBytes(holder), { ...FRESH_ACCOUNT, nonce: 1 });
    const changes = state.finish();
    await database.write(batch);
    head.remember(changes);
    tries.endBlock();
  }
}

/** The same numbers in each run. */
function* numbers(): Generator<number, never> {
  for (let state = 12_345; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    // The low bits of such a sequence are poor.
    yield (state >>> 3) % accounts;
  }
}

async function measure(opened: Domain): Promise<ScaleFigures> {
  const random = numbers();
  const some = () => account(random.next().value);
  const addresses = Array.from({ length: LOOKUPS }, () => wordFromBytes(some()));
  const head = newHead(opened);
  const begin = performance.now();
  for (const address of addresses)
    if (head.account(address) === undefined) throw new Error('an account is missing');
  const lookupUs = (1000 * (performance.now() - begin)) / LOOKUPS;

  const transfers = Array.from({ length: WARM_UP + BLOCKS }, () =>
    Block.encode(maker.next(Array.from({ length: TRANSACTIONS }, () => maker.transfer(some(), some(), 1)))),
  );
  for (const block of transfers.slice(0, WARM_UP)) await executeEncoded(opened.chain, block);
  const before = stageMs();
  const cpu = process.cpuUsage();
  for (const block of transfers.slice(WARM_UP)) await executeEncoded(opened.chain, block);
  const { user, system } = process.cpuUsage(cpu);
  return {
    accounts,
    lookupUs,
    cpuUs: (user + system) / (BLOCKS * TRANSACTIONS),
    commitMsABlock: (stageMs() - before) / BLOCKS,
    rssMiB: process.memoryUsage().rss / 2 ** 20,
    ownMiB: ownMiB(),
  };
}

function stageMs(): number {
  return ['state', 'write'].reduce((sum, name) => sum + (timers.totals.get(name)?.ms ?? 0), 0);
}

/** Linux only; elsewhere NaN. */
function ownMiB(): number {
  try {
    const kib = /RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return Number(kib) / 1024;
  } catch {
    return Number.NaN;
  }
}
