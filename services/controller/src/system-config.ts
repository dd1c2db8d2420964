// The system configuration: its eight values, how each is written down, and how a governance transaction changes it
// (docs/protocol/controller.md 5.1, 5.2). Pure; a configuration is never changed in place.

import { be32, be64, concatBytes, equalBytes, readBe32, readBe64, Z33 } from '@hexapod/protocol/bytes';

/** The previous hash of a lock that was never changed. */
export const NEVER_CHANGED = Z33;

export const ADDRESS_LENGTH = 20;
const CHAIN_ID_LENGTH = 32;

export const LockId = {
  version: 1000n,
  chainId: 1001n,
  admin: 1002n,
  blockInterval: 1003n,
  validators: 1004n,
  emergencyBrake: 1005n,
  blockLimit: 1006n,
  quotaLimit: 1007n,
} as const;

export type LockName = keyof typeof LockId;

interface Values {
  readonly version: number;
  readonly chainId: Uint8Array;
  /** Address of the account whose utxo transactions change this configuration. */
  readonly admin: Uint8Array;
  /** Seconds. */
  readonly blockInterval: number;
  /** Order is significant. */
  readonly validators: readonly Uint8Array[];
  /** On: every normal transaction is refused. */
  readonly emergencyBrake: boolean;
  /** Blocks: the validity window of a transaction and the length of the duplicate history. */
  readonly blockLimit: bigint;
  /** The most quota a transaction, and a block, may use. */
  readonly quotaLimit: bigint;
}

export interface SystemConfig extends Values {
  /** Per lock: the hash of the utxo transaction that set it last, or {@link NEVER_CHANGED}. */
  readonly previousHashes: Readonly<Record<LockName, Uint8Array>>;
}

/** A change of one lock, as a utxo transaction carries it. */
export interface Change {
  lockId: bigint;
  preTxHash: Uint8Array;
  output: Uint8Array;
  /** Hash of the transaction. */
  hash: Uint8Array;
}

interface Lock {
  /** The value as it is stored at the first start. */
  write(values: Values): Uint8Array;
  /** The new value, or undefined where it cannot be one. `validatorLength`: bytes per validator (20, overlord 48). */
  read(value: Uint8Array, validatorLength: number): Partial<Values> | undefined;
  /** Can a transaction change it on a running chain? */
  changeable: boolean;
  /** Why our own users may not ask for this value although every node would accept it in a block. */
  objection?(values: Partial<Values>): string | undefined;
}

const LOCKS: Readonly<Record<LockName, Lock>> = {
  version: {
    write: (values) => be32(values.version),
    read: (value) => (value.length < 4 ? undefined : { version: readBe32(value) }),
    changeable: true,
  },
  chainId: {
    write: (values) => values.chainId,
    read: (value) => (value.length === CHAIN_ID_LENGTH ? { chainId: value } : undefined),
    changeable: false,
  },
  admin: {
    write: (values) => values.admin,
    read: (value) => (value.length === ADDRESS_LENGTH ? { admin: value } : undefined),
    changeable: true,
  },
  blockInterval: {
    write: (values) => be32(values.blockInterval),
    read: (value) => (value.length < 4 ? undefined : { blockInterval: readBe32(value) }),
    changeable: true,
    objection: (values) => (values.blockInterval === 0 ? 'a block interval of 0 seconds' : undefined),
  },
  validators: {
    write: (values) => concatBytes(...values.validators),
    read: (value, validatorLength) =>
      value.length % validatorLength === 0 ? { validators: split(value, validatorLength) } : undefined,
    changeable: true,
    objection: ({ validators = [] }) => {
      if (validators.length === 0) return 'an empty list of validators';
      const twice = validators.some((one, i) =>
        validators.slice(0, i).some((other) => equalBytes(one, other)),
      );
      return twice ? 'a validator twice' : undefined;
    },
  },
  emergencyBrake: {
    write: (values) => (values.emergencyBrake ? new Uint8Array(1) : new Uint8Array(0)),
    read: (value) => ({ emergencyBrake: value.length > 0 }),
    changeable: true,
  },
  blockLimit: {
    write: (values) => be64(values.blockLimit),
    read: (value) => (value.length < 8 ? undefined : { blockLimit: readBe64(value) }),
    changeable: false,
  },
  quotaLimit: {
    write: (values) => be64(values.quotaLimit),
    read: (value) => (value.length < 8 ? undefined : { quotaLimit: readBe64(value) }),
    changeable: true,
  },
};

/** All locks, ascending by id. */
export const LOCK_NAMES = Object.keys(LockId) as LockName[];

const NAME_OF_ID = new Map<bigint, LockName>(LOCK_NAMES.map((name) => [LockId[name], name]));

export function lockName(id: bigint): LockName | undefined {
  return NAME_OF_ID.get(id);
}

/** A configuration none of whose locks was ever changed. */
export function initialConfig(values: Values): SystemConfig {
  const previousHashes = Object.fromEntries(LOCK_NAMES.map((name) => [name, NEVER_CHANGED]));
  return { ...values, previousHashes: previousHashes as Record<LockName, Uint8Array> };
}

/** The raw value of one lock, as stored at the first start. */
export function rawValue(config: SystemConfig, name: LockName): Uint8Array {
  return LOCKS[name].write(config);
}

/** Sets one lock without looking at its previous hash ("init mode"). Undefined: the value cannot be one. */
export function withValue(
  config: SystemConfig,
  name: LockName,
  value: Uint8Array,
  validatorLength: number,
): SystemConfig | undefined {
  const read = LOCKS[name].read(value, validatorLength);
  return read && { ...config, ...read };
}

/** Notes that `hash` set this lock last. */
export function withPreviousHash(config: SystemConfig, name: LockName, hash: Uint8Array): SystemConfig {
  return { ...config, previousHashes: { ...config.previousHashes, [name]: hash } };
}

/** Applies a change on a running chain. Undefined: it has no effect (docs/protocol/controller.md 5.2). */
export function applyChange(
  config: SystemConfig,
  change: Change,
  validatorLength: number,
): SystemConfig | undefined {
  const name = lockName(change.lockId);
  if (name === undefined || !LOCKS[name].changeable) return undefined;
  if (!equalBytes(config.previousHashes[name], change.preTxHash)) return undefined;
  const changed = withValue(config, name, change.output, validatorLength);
  return changed && withPreviousHash(changed, name, change.hash);
}

/** Applies the utxo transactions of a block in body order; `applied` are those with an effect. */
export function applyBlock(
  config: SystemConfig,
  changes: readonly Change[],
  validatorLength: number,
): { config: SystemConfig; applied: Change[] } {
  const applied: Change[] = [];
  let current = config;
  for (const change of changes) {
    const next = applyChange(current, change, validatorLength);
    if (next === undefined) continue;
    current = next;
    applied.push(change);
  }
  return { config: current, applied };
}

/**
 * Would this output stop an original in its tracks while it finalizes the block? Such a block must never be voted for
 * (docs/protocol/controller.md 18, weakness 10).
 */
export function isFatalToOriginals(lockId: bigint, output: Uint8Array): boolean {
  const name = lockName(lockId);
  if (name === 'version' || name === 'blockInterval') return output.length < 4;
  return name === 'quotaLimit' && output.length < 8;
}

/** Why a user's change would do nothing or harm, or undefined (docs/protocol/controller.md 18, weaknesses 10, 11, 21). */
export function objection(lockId: bigint, output: Uint8Array, validatorLength: number): string | undefined {
  const name = lockName(lockId);
  if (name === undefined) return `lock id ${lockId} does not exist`;
  const lock = LOCKS[name];
  if (!lock.changeable) return `${name} (lock id ${lockId}) cannot be changed on a running chain`;
  const read = lock.read(output, validatorLength);
  if (read === undefined) return `${name} (lock id ${lockId}) cannot take a value of ${output.length} bytes`;
  const reason = lock.objection?.(read);
  return reason && `${name} (lock id ${lockId}) refused: ${reason}`;
}

function split(value: Uint8Array, length: number): Uint8Array[] {
  return Array.from({ length: value.length / length }, (_, i) =>
    value.subarray(i * length, (i + 1) * length),
  );
}
