/** One transaction on the state (docs/protocol/executor.md 4): kinds, base quota, the special addresses, the end. */
import { sub } from '../evm/arithmetic.ts';
import { Code } from '../evm/code.ts';
import { createAddress } from '../evm/contract-address.ts';
import type { Failure } from '../evm/failure.ts';
import { NO_BYTES } from '../evm/frame.ts';
import type { GasMeter } from '../evm/gas-meter.ts';
import { Machine, type MachineModules, type Outcome } from '../evm/machine.ts';
import { ADDRESS_BYTES, type Word, wordFromBytes } from '../evm/word.ts';
import type { BlockEnvironment, Log } from '../evm/world.ts';
import type { WorldState } from '../state/world-state.ts';

/** What the machine sees of a transaction. Nobody checks nonce, chain id or signature here: the controller has. */
export interface Message {
  readonly sender: Word;
  /** undefined: creation. */
  readonly to: Word | undefined;
  readonly quota: Word;
  readonly version: number;
  readonly value: Word;
  readonly data: Uint8Array;
}

export interface TransactionOptions {
  readonly block: BlockEnvironment;
  readonly meter: GasMeter;
  readonly gasPrice: Word;
  /** False in Call and EstimateQuota: there they are ordinary addresses (9). */
  readonly hasSpecialAddresses: boolean;
}

/** Refusals before the machine starts, what the machine said, or the unimplemented amend. */
export type TransactionStatus =
  | 'success'
  | 'reverted'
  | 'NotEnoughBaseQuota'
  | 'TransactionMalformed'
  | 'amend'
  | Failure;

export interface TransactionResult {
  readonly status: TransactionStatus;
  readonly quotaUsed: Word;
  /** Returned or reverted data; the deployed code for a creation. */
  readonly output: Uint8Array;
  readonly logs: readonly Log[];
  /** The sender's before the transaction; 0 for refusals. */
  readonly nonce: number;
  /** Set by a creation that succeeded. */
  readonly contractAddress: Word | undefined;
}

const CREATE_QUOTA = 53_000;
const CALL_QUOTA = 21_000;
const DATA_BYTE_QUOTA = 68;
/** From this transaction version on, bytes of data cost quota. */
const DATA_QUOTA_VERSION = 3;
const STORED_BYTE_QUOTA = 200;

const SPECIAL = 0xffffffffffffffffffffffffffffffffff010000n;
const SPECIAL_ADDRESSES = { store: SPECIAL, setAbi: SPECIAL + 1n, amend: SPECIAL + 2n } as const;

/** Runs the transaction; the sender's nonce counts whatever happens. The journal of the world is empty afterwards. */
export function executeTransaction(
  message: Message,
  world: WorldState,
  options: TransactionOptions,
  modules: MachineModules,
): TransactionResult {
  const nonce = world.nonce(message.sender);
  world.incrementNonce(message.sender);
  world.endTransaction();
  const result = run(message, nonce, world, options, modules);
  world.endTransaction();
  return result;
}

function run(
  message: Message,
  nonce: number,
  world: WorldState,
  options: TransactionOptions,
  modules: MachineModules,
): TransactionResult {
  const { to, quota, data } = message;
  const dataQuota = message.version >= DATA_QUOTA_VERSION ? DATA_BYTE_QUOTA * data.length : 0;
  const base = (to === undefined ? CREATE_QUOTA : CALL_QUOTA) + dataQuota;
  if (quota < base) return refused('NotEnoughBaseQuota');
  const gas = sub(quota, base);
  if (options.hasSpecialAddresses) {
    // The original stops at an amend, and with it the whole chain; here it fails and takes its quota (14).
    if (to === SPECIAL_ADDRESSES.amend) return { ...refused('amend'), quotaUsed: quota, nonce };
    if (to === SPECIAL_ADDRESSES.setAbi && !setAbi(world, data)) return refused('TransactionMalformed');
    if (to === SPECIAL_ADDRESSES.store || to === SPECIAL_ADDRESSES.setAbi) return store(message, gas, nonce);
  }
  return runMachine(message, { gas, nonce }, world, options, modules);
}

function refused(status: TransactionStatus): TransactionResult {
  return { status, quotaUsed: 0, output: NO_BYTES, logs: [], nonce: 0, contractAddress: undefined };
}

/** Address of the account, then its ABI. Anybody may set it, and it stays even if the data cannot be paid for. */
function setAbi(world: WorldState, data: Uint8Array): boolean {
  if (data.length <= ADDRESS_BYTES) return false;
  const account = wordFromBytes(data.subarray(0, ADDRESS_BYTES));
  if (!world.exists(account)) return false;
  world.setAbi(account, data.slice(ADDRESS_BYTES));
  return true;
}

/** Pays for the data; nothing else happens: the transaction itself is the record. */
function store(message: Message, gas: Word, nonce: number): TransactionResult {
  const cost = STORED_BYTE_QUOTA * message.data.length;
  if (gas < cost) return refused('NotEnoughBaseQuota');
  const quotaUsed = sub(message.quota, sub(gas, cost));
  return { status: 'success', quotaUsed, output: NO_BYTES, logs: [], nonce, contractAddress: undefined };
}

function runMachine(
  message: Message,
  { gas, nonce }: { readonly gas: Word; readonly nonce: number },
  world: WorldState,
  { block, meter, gasPrice }: TransactionOptions,
  modules: MachineModules,
): TransactionResult {
  const { sender, to, value, data, quota } = message;
  const machine = new Machine({ world, block, meter, transaction: { origin: sender, gasPrice } }, modules);
  let outcome: Outcome;
  let contractAddress: Word | undefined;
  if (to === undefined) {
    contractAddress = createAddress(modules.keccak, sender, nonce);
    const initCode = new Code(data);
    outcome = machine.create({ address: contractAddress, creator: sender, value, initCode, depth: 0, gas });
  } else {
    const target = { codeAddress: to, self: to, caller: sender, value, input: data };
    outcome = machine.call({ ...target, isStatic: false, depth: 0, gas });
  }

  const { status, output, gasLeft } = outcome;
  const spent = sub(quota, gasLeft);
  if (status !== 'stopped') {
    return { status, quotaUsed: spent, output, logs: [], nonce, contractAddress: undefined };
  }
  const quotaUsed = sub(spent, refundOf(machine.refund, spent));
  for (const address of machine.destroyed.addresses()) world.removeAccount(address);
  return { status: 'success', quotaUsed, output, logs: machine.logs, nonce, contractAddress };
}

/** What was earned, but at most half of what was spent. */
function refundOf(earned: number, spent: Word): Word {
  const most = typeof spent === 'number' ? Math.floor(spent / 2) : spent / 2n;
  return earned < most ? earned : most;
}
