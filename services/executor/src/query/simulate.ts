/** A transaction that leaves no trace: what Call and EstimateQuota run (docs/protocol/executor.md 9, 10.2). */
import type { CallRequest } from '@hexapod/protocol/executor';
import { executeTransaction, type Message, type TransactionResult } from '../block/transaction.ts';
import type { GasMeter } from '../evm/gas-meter.ts';
import type { MachineModules } from '../evm/machine.ts';
import { ADDRESS_BYTES, type Word, wordFromBytes } from '../evm/word.ts';
import { WorldState } from '../state/world-state.ts';
import type { View } from './view.ts';

/** The request without its quota; undefined if an address has a wrong length. */
export function messageOf({ from, to, method }: CallRequest): Omit<Message, 'quota'> | undefined {
  if (from.length !== 0 && from.length !== ADDRESS_BYTES) return undefined;
  if (to.length !== ADDRESS_BYTES) return undefined;
  const target = wordFromBytes(to);
  return {
    sender: wordFromBytes(from),
    // 20 zero bytes mean creation here, unlike in a block.
    to: target === 0 ? undefined : target,
    version: 0,
    value: 0,
    data: method,
  };
}

/** Runs on a throw-away copy of the view's state. Throws WorkLimitExceeded when the meter's bound is reached. */
export function simulate(
  message: Omit<Message, 'quota'>,
  quota: Word,
  view: View,
  meter: GasMeter,
  modules: MachineModules,
): TransactionResult {
  const world = new WorldState(view.state, modules.keccak, modules.seed);
  const options = { block: view.environment, meter, gasPrice: 0, hasSpecialAddresses: false };
  return executeTransaction({ ...message, quota }, world, options, modules);
}
