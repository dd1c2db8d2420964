// The system configuration in storage: what the first start writes, what a later start finds, what was in force at a height
// (docs/protocol/controller.md 3 step 6, 5.4).

import type { UtxoTransaction } from '@hexapod/protocol/blockchain';
import { be64, equalBytes, toHex } from '@hexapod/protocol/bytes';
import { Region } from '@hexapod/protocol/rules';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import type { ChainStore } from './chain-store.ts';
import type { Storage } from './neighbours.ts';
import {
  LOCK_NAMES,
  LockId,
  type LockName,
  NEVER_CHANGED,
  rawValue,
  type SystemConfig,
  withPreviousHash,
  withValue,
} from './system-config.ts';

const HASH_LENGTH = 32;

/**
 * Where the values of the first start are kept, beside the locks: keys 2000 to 2007 of region GLOBAL. Governance overwrites
 * the locks themselves, and the config file may be edited (docs/protocol/controller.md 18, weakness 27).
 */
const FIRST_VALUE_OFFSET = 1000n;

export interface GovernanceModules {
  readonly store: ChainStore;
  readonly storage: Pick<Storage, 'store'>;
  /** Bytes per validator in a value of the validators. */
  readonly validatorLength: number;
}

/** What a start finds in storage. */
export interface StoredConfig {
  /** In force for the next block. */
  readonly current: SystemConfig;
  /** In force for the first block. */
  readonly initial: SystemConfig;
  /** Locks set by a transaction that is not in storage: an original wrote them down ahead of its block. */
  readonly unresolved: readonly LockName[];
}

export class Governance {
  readonly #modules: GovernanceModules;

  constructor(modules: GovernanceModules) {
    this.#modules = modules;
  }

  /** Reads all locks; one that was never written gets its value from the config file. Throws StatusError. */
  async open(fileConfig: SystemConfig): Promise<StoredConfig> {
    let current = fileConfig;
    let initial = fileConfig;
    const unresolved: LockName[] = [];
    for (const name of LOCK_NAMES) {
      const stored = await this.#modules.store.load(Region.global, be64(LockId[name]));
      const first = await this.#firstValue(name, stored, fileConfig);
      initial = this.#with(initial, name, first);
      if (stored === undefined || !isTransactionHash(name, stored)) {
        current = this.#with(current, name, stored ?? first);
        continue;
      }
      const utxo = await this.#utxo(stored);
      if (utxo === undefined) unresolved.push(name);
      current =
        utxo === undefined ? this.#with(current, name, first) : this.#changed(current, name, stored, utxo);
    }
    return { current, initial, unresolved };
  }

  /** The configuration with which block `height` was made. Throws StatusError NoTransaction, NoneUtxo, NoTxHeight. */
  async configAt(
    height: bigint,
    { initial, current }: Pick<StoredConfig, 'initial' | 'current'>,
  ): Promise<SystemConfig> {
    let config = initial;
    for (const name of LOCK_NAMES) {
      let hash = current.previousHashes[name];
      while (!isNever(hash) && (await this.#heightOf(hash)) >= height)
        hash = (await this.#requireUtxo(hash)).preTxHash;
      if (!isNever(hash)) config = this.#changed(config, name, hash, await this.#requireUtxo(hash));
    }
    return config;
  }

  /**
   * Finds what set a lock last, from the blocks themselves: the newest of its transactions whose predecessors lead back to
   * the first value. Undefined: none did.
   */
  async lastChange(
    name: LockName,
    headHeight: bigint,
  ): Promise<{ hash: Uint8Array; utxo: UtxoTransaction } | undefined> {
    for (let height = headHeight; height > 0n; height -= 1n) {
      const block = await this.#modules.store.compactBlock(height);
      for (const hash of block?.body?.txHashes ?? []) {
        const utxo = await this.#utxo(hash);
        if (utxo?.lockId === LockId[name] && (await this.#leadsBack(utxo))) return { hash, utxo };
      }
    }
    return undefined;
  }

  /** Sets a lock to what `lastChange` found. */
  resolve(
    config: SystemConfig,
    name: LockName,
    found: { hash: Uint8Array; utxo: UtxoTransaction },
  ): SystemConfig {
    return this.#changed(config, name, found.hash, found.utxo);
  }

  /** The value of the first start, written down on the way where it is not yet. */
  async #firstValue(
    name: LockName,
    stored: Uint8Array | undefined,
    fileConfig: SystemConfig,
  ): Promise<Uint8Array> {
    const key = LockId[name] + FIRST_VALUE_OFFSET;
    const kept = await this.#modules.store.load(Region.global, be64(key));
    if (kept !== undefined && stored !== undefined) return kept;
    const isRaw = stored !== undefined && !isTransactionHash(name, stored);
    const first = isRaw ? stored : rawValue(fileConfig, name);
    await this.#write(key, first);
    if (stored === undefined) await this.#write(LockId[name], first);
    return first;
  }

  async #write(key: bigint, value: Uint8Array): Promise<void> {
    const code = await this.#modules.storage.store(Region.global, be64(key), value);
    if (code !== Code.Success) throw new StatusError(code, `storing GLOBAL ${key}: ${codeName(code)}`);
  }

  #with(config: SystemConfig, name: LockName, value: Uint8Array): SystemConfig {
    const next = withValue(config, name, value, this.#modules.validatorLength);
    if (next !== undefined) return next;
    const text = `${name} (lock id ${LockId[name]}) cannot be 0x${toHex(value)}`;
    throw new StatusError(Code.UpdateSystemConfigError, text);
  }

  #changed(config: SystemConfig, name: LockName, hash: Uint8Array, utxo: UtxoTransaction): SystemConfig {
    return withPreviousHash(this.#with(config, name, utxo.output), name, hash);
  }

  async #leadsBack(utxo: UtxoTransaction): Promise<boolean> {
    for (let hash = utxo.preTxHash; !isNever(hash); ) {
      const before = await this.#utxo(hash);
      if (before === undefined) return false;
      hash = before.preTxHash;
    }
    return true;
  }

  /** Undefined: not in storage, or not a utxo. */
  async #utxo(hash: Uint8Array): Promise<UtxoTransaction | undefined> {
    if (hash.length !== HASH_LENGTH) return undefined;
    const raw = await this.#modules.store.transaction(hash);
    return raw?.tx?.case === 'utxoTx' ? raw.tx.value.transaction : undefined;
  }

  async #requireUtxo(hash: Uint8Array): Promise<UtxoTransaction> {
    const raw = await this.#modules.store.transaction(hash);
    if (raw === undefined)
      throw new StatusError(Code.NoTransaction, `storage has no transaction ${toHex(hash)}`);
    const utxo = raw.tx?.case === 'utxoTx' ? raw.tx.value.transaction : undefined;
    if (utxo === undefined) throw new StatusError(Code.NoneUtxo, `transaction ${toHex(hash)} is no utxo`);
    return utxo;
  }

  async #heightOf(hash: Uint8Array): Promise<bigint> {
    const height = await this.#modules.store.heightOf(hash);
    if (height === undefined)
      throw new StatusError(Code.NoTxHeight, `storage has no height of ${toHex(hash)}`);
    return height;
  }
}

/** No raw value but the chain id is normally 32 bytes long (docs/protocol/controller.md 5.3). */
function isTransactionHash(name: LockName, value: Uint8Array): boolean {
  return value.length === HASH_LENGTH && name !== 'chainId';
}

function isNever(hash: Uint8Array): boolean {
  return equalBytes(hash, NEVER_CHANGED);
}
