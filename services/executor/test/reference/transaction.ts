/** One transaction (docs/protocol/executor.md 4). */

import { createAddress } from './calls.ts';
import type { FailureName } from './frame.ts';
import { type BlockEnvironment, type End, Execution, type Log } from './machine.ts';
import { toInteger } from './numbers.ts';
import type { State } from './state.ts';

export interface Transaction {
  readonly sender: bigint;
  /** undefined: creation. */
  readonly to: bigint | undefined;
  readonly quota: bigint;
  readonly version: number;
  readonly value: bigint;
  readonly data: Uint8Array;
}

export interface TransactionOptions {
  readonly block: BlockEnvironment;
  readonly gasPrice: bigint;
  /** False in Call and EstimateQuota (9). */
  readonly hasSpecialAddresses: boolean;
  readonly mostSteps: number;
}

export type Status = 'success' | 'reverted' | 'NotEnoughBaseQuota' | 'TransactionMalformed' | FailureName;

export interface TransactionResult {
  readonly status: Status;
  readonly quotaUsed: bigint;
  readonly output: Uint8Array;
  readonly logs: readonly Log[];
  /** account_nonce of the receipt (4.5, 8.1). */
  readonly nonce: bigint;
  /** Of a creation that succeeded. */
  readonly contractAddress: bigint | undefined;
}

// 4.1.
const STORE = 0xffffffffffffffffffffffffffffffffff010000n;
const SET_ABI = 0xffffffffffffffffffffffffffffffffff010001n;
const AMEND = 0xffffffffffffffffffffffffffffffffff010002n;

/** 4.2: the steps are numbered as there. */
export function executeTransaction(
  transaction: Transaction,
  state: State,
  options: TransactionOptions,
): TransactionResult {
  const { sender, to, quota, version, data } = transaction;
  const dataLength = BigInt(data.length);
  const special = options.hasSpecialAddresses ? to : undefined;

  // 1.
  const nonce = state.nonce(sender);
  state.incrementNonce(sender);
  // 2.
  const base = (to === undefined ? 53_000n : 21_000n) + (version >= 3 ? 68n * dataLength : 0n);
  // 3.
  if (quota < base) return refused('NotEnoughBaseQuota');
  // The original's process ends at an amend; section 14 suggests this instead.
  if (special === AMEND) return { ...refused('Internal'), quotaUsed: quota, nonce };
  // 4.
  if (special === SET_ABI) {
    const account = toInteger(data.subarray(0, 20));
    if (data.length <= 20 || state.get(account) === undefined) return refused('TransactionMalformed');
    state.setAbi(account, data.slice(20));
  }
  // 5.
  const gas = quota - base;
  // 6.
  if (special === STORE || special === SET_ABI) {
    const cost = 200n * dataLength;
    if (gas < cost) return refused('NotEnoughBaseQuota');
    const nothing = { output: new Uint8Array(0), logs: [], contractAddress: undefined };
    return { status: 'success', quotaUsed: base + cost, nonce, ...nothing };
  }
  // 7.
  return run(transaction, nonce, gas, state, options);
}

/** 4.5: errors of steps 3, 4 and 6. */
function refused(status: Status): TransactionResult {
  return {
    status,
    quotaUsed: 0n,
    output: new Uint8Array(0),
    logs: [],
    nonce: 0n,
    contractAddress: undefined,
  };
}

function run(
  { sender, to, quota, value, data }: Transaction,
  nonce: bigint,
  gas: bigint,
  state: State,
  { block, gasPrice, mostSteps }: TransactionOptions,
): TransactionResult {
  const execution = new Execution({ state, block, transaction: { origin: sender, gasPrice }, mostSteps });
  const address = createAddress(sender, nonce);
  const end: End =
    to === undefined
      ? execution.run({ kind: 'create', address, creator: sender, value, initCode: data, depth: 0, gas })
      : execution.run({
          kind: 'call',
          codeAddress: to,
          self: to,
          caller: sender,
          value,
          input: data,
          isStatic: false,
          depth: 0,
          gas,
        });

  // 4.5.
  const { output } = end;
  const spent = quota - end.gasLeft;
  if (end.status !== 'stopped') {
    return { status: end.status, quotaUsed: spent, output, logs: [], nonce, contractAddress: undefined };
  }
  const refund = execution.refund < spent / 2n ? execution.refund : spent / 2n;
  for (const account of execution.destroyed) state.remove(account);
  return {
    status: 'success',
    quotaUsed: spent - refund,
    output,
    logs: execution.logs,
    nonce,
    contractAddress: to === undefined ? address : undefined,
  };
}
