/**
 * Accounts (docs/protocol/executor.md 7). An account is never changed, only replaced by another, and so is its storage:
 * a copy of the map of accounts is a snapshot of everything.
 */
import { keccak } from './hashing.ts';
import { minimalBytes, toBytes } from './numbers.ts';
import { rlpInteger, rlpList, rlpString } from './rlp.ts';
import { trieRoot } from './trie.ts';

export interface Account {
  readonly nonce: bigint;
  /** Slots that are not zero. */
  readonly storage: ReadonlyMap<bigint, bigint>;
  readonly code: Uint8Array;
  readonly abi: Uint8Array;
}

export type Accounts = ReadonlyMap<bigint, Account>;

const NOTHING = new Uint8Array(0);
/** What a creation and a first transaction begin with: nonce 0 (4.4). */
const FRESH: Account = { nonce: 0n, storage: new Map(), code: NOTHING, abi: NOTHING };

export class State {
  #accounts: Map<bigint, Account>;

  constructor(accounts: Accounts = new Map()) {
    this.#accounts = new Map(accounts);
  }

  snapshot(): Map<bigint, Account> {
    return new Map(this.#accounts);
  }

  /** Not to be restored to once more: what happens from now on happens to the snapshot. */
  restore(snapshot: Map<bigint, Account>): void {
    this.#accounts = snapshot;
  }

  get(address: bigint): Account | undefined {
    return this.#accounts.get(address);
  }

  nonce(address: bigint): bigint {
    return this.get(address)?.nonce ?? 0n;
  }

  code(address: bigint): Uint8Array {
    return this.get(address)?.code ?? NOTHING;
  }

  /** 5.5: 0 for a missing account; K("") for one without code. */
  codeHash(address: bigint): Uint8Array {
    const account = this.get(address);
    return account === undefined ? new Uint8Array(32) : keccak(account.code);
  }

  load(address: bigint, slot: bigint): bigint {
    return this.get(address)?.storage.get(slot) ?? 0n;
  }

  /** Creates the account if there is none, as the next three do. */
  incrementNonce(address: bigint): void {
    this.#replace(address, { nonce: this.nonce(address) + 1n });
  }

  setCode(address: bigint, code: Uint8Array): void {
    this.#replace(address, { code });
  }

  setAbi(address: bigint, abi: Uint8Array): void {
    this.#replace(address, { abi });
  }

  /** 7.1: zero removes the slot. */
  store(address: bigint, slot: bigint, value: bigint): void {
    const storage = new Map(this.get(address)?.storage);
    if (value === 0n) storage.delete(slot);
    else storage.set(slot, value);
    this.#replace(address, { storage });
  }

  /** 4.4: a creation finds nothing of what was there before. */
  startAnew(address: bigint): void {
    this.#accounts.set(address, FRESH);
  }

  remove(address: bigint): void {
    this.#accounts.delete(address);
  }

  #replace(address: bigint, change: Partial<Account>): void {
    this.#accounts.set(address, { ...FRESH, ...this.get(address), ...change });
  }
}

/** 7.1, 7.3. */
export function stateRoot(accounts: Accounts): Uint8Array {
  const rows: [Uint8Array, Uint8Array][] = [];
  for (const [address, account] of accounts) rows.push([toBytes(address, 20), accountRlp(account)]);
  return trieRoot(rows);
}

const encoded = new WeakMap<Account, Uint8Array>();

/** [nonce, balance, storage_root, code_hash, abi_hash]; nobody has a balance. Remembered: accounts do not change. */
function accountRlp(account: Account): Uint8Array {
  const known = encoded.get(account);
  if (known !== undefined) return known;
  const slots: [Uint8Array, Uint8Array][] = [];
  for (const [slot, value] of account.storage) {
    slots.push([toBytes(slot, 32), rlpString(minimalBytes(value))]);
  }
  const rlp = rlpList([
    rlpInteger(account.nonce),
    rlpInteger(0n),
    rlpString(trieRoot(slots)),
    rlpString(keccak(account.code)),
    rlpString(keccak(account.abi)),
  ]);
  encoded.set(account, rlp);
  return rlp;
}
