/** Turns what a block's transactions left in the world into rows, and computes the state root. */
import { fromHex } from '@hexapod/protocol/bytes';
import type { Word } from '../evm/word.ts';
import type { Batch } from '../store/database.ts';
import { codeKey } from '../store/keys.ts';
import { type Account, EMPTY_ROOT, sameAccount } from './account.ts';
import { StateBatch, type StateBatchOptions, type StateChanges, type StateModules } from './state-batch.ts';
import type { ChangedAccount, WorldState } from './world-state.ts';

export interface CommitOptions extends StateBatchOptions {
  /** The first free storage number. */
  readonly nextStorage: number;
}

export interface CommitResult extends StateChanges {
  readonly stateRoot: Uint8Array;
  readonly nextStorage: number;
}

export function commitState(
  world: WorldState,
  batch: Batch,
  options: CommitOptions,
  modules: StateModules,
): CommitResult {
  const { head } = modules;
  const state = new StateBatch(batch, options, modules);
  let { nextStorage } = options;

  /** The account with its storage written. */
  const accountOf = ({ nonce, codeHash, abiHash, base, slots }: ChangedAccount): Account => {
    let storage = base?.storage ?? 0;
    const changes: [Word, Word][] = [];
    for (const [slot, value] of slots.entries()) {
      if (value !== (storage === 0 ? 0 : head.slot(storage, slot))) changes.push([slot, value]);
    }
    let storageRoot = base?.storageRoot ?? EMPTY_ROOT;
    if (changes.length > 0) {
      if (storage === 0) storage = nextStorage++;
      storageRoot = state.putSlots(storage, changes);
    }
    return { nonce, storage, storageRoot, codeHash, abiHash };
  };

  for (const [address, changed] of world.changes()) {
    const account = changed === 'removed' ? undefined : accountOf(changed);
    if (!sameAccount(head.account(address), account)) state.putAccount(address, account);
  }
  for (const [hash, bytes] of world.newBytes()) batch.put(codeKey(fromHex(hash)), bytes);
  return { ...state.finish(), nextStorage };
}
