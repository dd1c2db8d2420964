// Sends a change of the chain's configuration; only the administrator's account is allowed to.

import type { Account } from './account.ts';
import type { ChainClient } from './chain-client.ts';
import { signUtxoTransaction } from './sign-transaction.ts';
import { type SystemChange, utxoTransaction } from './system-change.ts';

/** Returns the transaction's hash; the change holds from the block after the one that includes it. */
export async function sendSystemChange(
  { controller }: Pick<ChainClient, 'controller'>,
  account: Account,
  change: SystemChange,
): Promise<Uint8Array> {
  const config = await controller.getSystemConfig({});
  const { raw } = signUtxoTransaction(account, utxoTransaction(change, config));
  const { hash } = await controller.sendRawTransaction(raw);
  return hash;
}
