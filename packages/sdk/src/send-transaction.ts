// Sends a normal transaction: asks the chain what it wants, signs, submits.

import type { Account } from './account.ts';
import type { ChainClient } from './chain-client.ts';
import { fetchValidity, type Intent, normalTransaction } from './normal-transaction.ts';
import type { Position } from './position.ts';
import { signTransaction } from './sign-transaction.ts';

/**
 * Returns the transaction's hash when the node has taken it into its pool; whether and where it enters a block tell
 * `waitForTransaction` and `waitForReceipt`. A refusal is an RpcError whose `details` are the status code's name.
 */
export async function sendTransaction(
  chain: Pick<ChainClient, 'controller'>,
  account: Account,
  intent: Intent,
  until?: Position,
): Promise<Uint8Array> {
  const validity = await fetchValidity(chain, until);
  const { raw } = signTransaction(account, normalTransaction(intent, validity));
  const { hash } = await chain.controller.sendRawTransaction(raw);
  return hash;
}
