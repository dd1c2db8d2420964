/** Random settings, blocks, transactions and queries for a chain whose state so far is known. */
import { equalBytes, fromHex, toHex } from '@hexapod/protocol/bytes';
import { createAddress } from '../test/reference/calls.ts';
import type { ReferenceChain } from '../test/reference/chain.ts';
import { toBytes } from '../test/reference/numbers.ts';
import type { FuzzBlock, FuzzQuery, FuzzSetup, FuzzTransaction } from './fuzz-case.ts';
import { randomInitCode, randomProgram } from './program.ts';
import type { Random } from './random.ts';
import type { Places } from './statements.ts';
import {
  breeder,
  CHRONICLER,
  diver,
  FACTORY,
  GHOST,
  giant,
  PHOENIX,
  RECORDER,
  TEMPLATES,
} from './templates.ts';

const START = 1_700_000_000_000;
const SENDERS = [0xa1, 0xb2, 0xc3].map((byte) => BigInt(`0x${byte.toString(16).repeat(20)}`));
const SPECIAL = 0xffffffffffffffffffffffffffffffffff010000n;
const PRECOMPILES = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n];
const ABSENT = [0n, 0xdeadn, 2n ** 160n - 1n, 0xeeeen << 140n];
/** A signature of secp256k1 with the hash it signs: what ecrecover finds a signer for. */
const SIGNED =
  '456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3000000000000000000000000000000000000000000000000000000000000001c9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac80388256084f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada';
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const SCALARS = [0n, 1n, 2n ** 56n - 1n, 2n ** 56n, ORDER - 1n, ORDER, ORDER / 2n + 1n, 2n ** 256n - 1n];

export function randomSetup(random: Random): FuzzSetup {
  return {
    hash: random.pick(['sm3', 'keccak']),
    ethCompatibility: random.chance(0.3),
    keepHistory: random.chance(0.6),
    cacheSize: random.pick([1, 4, 50, 1000]),
  };
}

const addressHex = (address: bigint): string => toHex(toBytes(address, 20));
const wordHex = (word: bigint): string => toHex(toBytes(word, 32));

/** Known accounts first; then where the next contracts of some creators will be. */
function placesOf({ accounts }: ReferenceChain): Places {
  const contracts: bigint[] = [];
  const next: bigint[] = [];
  for (const [address, account] of accounts) {
    if (account.code.length === 0) continue;
    contracts.push(address);
    if (next.length < 8) next.push(createAddress(address, account.nonce));
  }
  for (const sender of SENDERS) next.push(createAddress(sender, accounts.get(sender)?.nonce ?? 0n));
  return { contracts, others: [...SENDERS, ...PRECOMPILES, ...ABSENT, SPECIAL, ...next] };
}

type Make = (random: Random, chain: ReferenceChain, places: Places) => FuzzTransaction;

function randomSender(random: Random, { contracts }: Places): string {
  return addressHex(
    random.weighted([
      [40, random.pick(SENDERS)],
      [1, 0n],
      [1, 4n],
      // A contract that sends: its nonce counts, too.
      [1, contracts.length > 0 ? random.pick(contracts) : 0xa1n],
    ]),
  );
}

function transaction(random: Random, places: Places, given: Partial<FuzzTransaction>): FuzzTransaction {
  return {
    from: randomSender(random, places),
    to: '',
    data: '',
    quota: String(randomQuota(random)),
    version: random.weighted([
      [8, 0],
      [1, random.below(3)],
      [1, 3],
      [1, 7],
    ]),
    value: random.chance(0.9) ? wordHex(0n) : toHex(random.bytes(random.below(33))),
    ...given,
  };
}

function randomQuota(random: Random): number {
  return random.weighted([
    [1, random.pick([0, 20_999, 21_000, 21_001, 52_999, 53_000, 53_001])],
    [3, 21_000 + random.below(3000)],
    [4, 53_000 + random.below(60_000)],
    [14, 100_000 + random.below(500_000)],
    [2, 600_000 + random.below(1_500_000)],
  ]);
}

const create: Make = (random, _chain, places) =>
  transaction(random, places, { data: toHex(randomInitCode({ random, places, nesting: 2 })) });

const createRaw: Make = (random, _chain, places) =>
  transaction(random, places, { data: toHex(randomProgram(random, places)) });

const call: Make = (random, _chain, places) => {
  const { contracts, others } = places;
  const to = contracts.length > 0 && random.chance(0.9) ? random.pick(contracts) : random.pick(others);
  return transaction(random, places, { to: addressHex(to), data: callData(random, places) });
};

/** Words that templates and programs find meaning in: addresses, slots, small numbers. */
function callData(random: Random, { contracts, others }: Places): string {
  if (random.chance(0.05)) return toHex(random.bytes(random.below(100)));
  let data = '';
  for (let words = random.below(4); words > 0; words--) {
    const pools = [[BigInt(random.below(6))], [random.word()], others, contracts];
    const pool = random.pick(pools);
    data += wordHex(pool.length > 0 ? random.pick(pool) : 0n);
  }
  return data;
}

/** The contract with that code. */
function addressOf({ accounts }: ReferenceChain, wanted: Uint8Array): bigint | undefined {
  return [...accounts].find(([, { code }]) => equalBytes(code, wanted))?.[0];
}

/** To the address where it has been, is, or was destroyed. */
const phoenix: Make = (random, chain, places) => {
  const factory = addressOf(chain, FACTORY);
  if (factory === undefined) return call(random, chain, places);
  const quota = String(random.between(60_000, 400_000));
  const data = toHex(random.pick([PHOENIX, GHOST]));
  return transaction(random, places, { to: addressHex(factory), data, quota });
};

/** Input for a precompile, ecrecover's with a signature that is right or nearly so. */
function precompileInput(random: Random, target: bigint): Uint8Array {
  const data = target === 1n ? fromHex(SIGNED) : random.bytes(random.below(500));
  if (target === 1n && random.chance(0.6)) {
    if (random.chance(0.5)) data[random.below(128)] = random.below(256);
    // r or s at the borders of what is accepted.
    else data.set(toBytes(random.pick(SCALARS), 32), random.pick([64, 96]));
  }
  return random.chance(0.2) ? data.slice(0, random.below(data.length + 1)) : data;
}

/** Mostly through the contract that logs what it answers: a receipt does not have the output. */
const precompile: Make = (random, chain, places) => {
  const target = random.pick(PRECOMPILES);
  const data = toHex(precompileInput(random, target));
  const recorder = addressOf(chain, RECORDER);
  if (recorder !== undefined && random.chance(0.8)) {
    return transaction(random, places, { to: addressHex(recorder), data: wordHex(target) + data });
  }
  const quota = String(21_000 + random.pick([0, 499, 500, 3000, random.below(5000), 40_000, 300_000]));
  return transaction(random, places, { to: addressHex(target), data, quota, version: 0 });
};

/** Around where the window of BLOCKHASH ends (docs/protocol/executor.md 5.7). */
const chronicle: Make = (random, chain, places) => {
  const to = addressOf(chain, CHRONICLER);
  if (to === undefined) return call(random, chain, places);
  const height = chain.blocks.length;
  const back = random.pick([0, 1, 2, 253, 254, 255, 256, 257, height - 1, height, height + 1]);
  return transaction(random, places, { to: addressHex(to), data: wordHex(BigInt(back)), quota: '100000' });
};

const special: Make = (random, _chain, places) => {
  const { contracts } = places;
  const target = addressHex(random.pick([...contracts, ...SENDERS, 0xdeadn]));
  const data = random.weighted([
    [2, toHex(random.bytes(random.below(60)))],
    [5, target + toHex(random.bytes(random.below(40)))],
    [1, `${target}00`],
  ]);
  const to = addressHex(SPECIAL + BigInt(random.pick([0, 0, 1, 1, 1, 1, 2])));
  return transaction(random, places, { to, data, quota: String(21_000 + random.below(20_000)) });
};

/** An earlier transaction once more, with a quota that ends it somewhere in its middle, at its last step, or not at all. */
const again: Make = (random, chain, places) => {
  const block = chain.blocks[chain.blocks.length - 1 - random.below(Math.min(3, chain.blocks.length))];
  const index = random.below(block?.receipts.length ?? 0);
  const [sent, result] = [block?.transactions[index], block?.results[index]];
  if (sent === undefined || result === undefined) return create(random, chain, places);
  const base = sent.to === undefined ? 53_000 : 21_000;
  const used = Number(result.quotaUsed);
  const quota = random.weighted([
    [6, base + random.below(Math.max(1, used - base))],
    [2, used + random.between(-3, 3)],
    [1, used * 2],
  ]);
  return {
    from: addressHex(sent.sender),
    to: sent.to === undefined ? '' : addressHex(sent.to),
    data: toHex(sent.data),
    quota: String(Math.max(0, Math.min(quota, 4_000_000))),
    version: sent.version,
    value: wordHex(sent.value),
  };
};

/** Deep nesting: such gas that depth 1024 ends it, or less. */
const dive: Make = (random, _chain, places) => {
  const data = random.chance(0.3) ? breeder(random) : diver(random);
  const quota = String(10 ** random.between(6, 14));
  return transaction(random, places, { data: toHex(data), quota, version: 0 });
};

const big: Make = (random, _chain, places) =>
  transaction(random, places, { data: toHex(giant(random, places)), quota: '14000000', version: 0 });

const MAKERS: readonly (readonly [number, Make])[] = [
  [500, call],
  [220, create],
  [60, createRaw],
  [90, phoenix],
  [60, special],
  [180, again],
  [4, dive],
  [40, precompile],
  [8, chronicle],
  [2, big],
];

function emptyBlock(random: Random, height: number): FuzzBlock {
  return {
    timestamp: START + height * 3000 + random.below(1000),
    proposer: addressHex(random.pick([0x1fn << 152n, BigInt(random.bits())])),
    version: random.pick([0, 0, 3]),
    transactions: [],
    reopen: random.chance(0.1),
  };
}

/** The first block of a case: the templates. */
export function firstBlock(random: Random): FuzzBlock {
  const places = { contracts: [], others: SENDERS };
  const transactions = Object.values(TEMPLATES).map((code) =>
    transaction(random, places, {
      from: addressHex(random.pick(SENDERS)),
      data: toHex(code),
      quota: '1000000',
    }),
  );
  return { ...emptyBlock(random, 1), transactions };
}

export function randomBlock(random: Random, chain: ReferenceChain, size: number): FuzzBlock {
  const places = placesOf(chain);
  const isLong = chain.blocks.length > 250;
  const transactions: (FuzzTransaction | 'utxo')[] = [];
  for (let i = 0; i < size; i++) {
    const make = isLong && random.chance(0.3) ? chronicle : random.weighted(MAKERS);
    transactions.push(random.chance(0.005) ? 'utxo' : make(random, chain, places));
  }
  return { ...emptyBlock(random, chain.blocks.length), transactions };
}

export function randomQuery(random: Random, chain: ReferenceChain): FuzzQuery {
  const places = placesOf(chain);
  const height = random.chance(0.25) ? undefined : random.below(chain.blocks.length + 1);
  const from = random.chance(0.2) ? '' : addressHex(random.pick(SENDERS));
  const kind = random.weighted([
    [12, 'call'],
    [3, 'creation'],
    [3, 'precompile'],
  ]);
  if (kind === 'creation') {
    const data = toHex(randomInitCode({ random, places, nesting: 1 }));
    return { from, to: addressHex(0n), data, height };
  }
  if (kind === 'precompile') {
    const target = random.pick(PRECOMPILES);
    return { from, to: addressHex(target), data: toHex(precompileInput(random, target)), height };
  }
  const to = addressHex(random.pick([...places.contracts, 0xdeadn]));
  return { from, to, data: callData(random, places), height };
}
