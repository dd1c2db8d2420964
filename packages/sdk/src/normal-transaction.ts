// A normal transaction: what it says, and what the chain wants in it besides (docs/protocol/cldi.md 10).

import type { Transaction } from '@hexapod/protocol/blockchain';
import type { SystemConfig } from '@hexapod/protocol/controller';
import type { ChainClient } from './chain-client.ts';
import { randomNonce } from './nonce.ts';
import { type Position, resolvePosition } from './position.ts';

/** What a transfer or a call may use; a call of a first contract needs a tenth. */
export const CALL_QUOTA = 200_000n;

/** What a deployment may use: the chain's own default for a whole block. */
export const CREATE_QUOTA = 1_073_741_824n;

/** Five blocks less than the chain allows at most, for the way to the node. */
export const DEFAULT_VALID_UNTIL: Position = { base: 'current', offset: 95n };

const NO_VALUE = new Uint8Array(32);

/** What a transaction does. */
export interface Intent {
  /** 20 bytes, or none: the data is the code of a new contract. */
  readonly to: Uint8Array;
  readonly data: Uint8Array;
  readonly quota: bigint;
  /** 32 bytes, big-endian; zero when absent. */
  readonly value?: Uint8Array;
}

/** What the chain wants to see in a transaction. */
export interface Validity extends Pick<SystemConfig, 'version' | 'chainId'> {
  /** The last height at which the transaction may be included. */
  readonly validUntilBlock: bigint;
}

/** Asks the chain for its height and configuration, in this order. */
export async function fetchValidity(
  { controller }: Pick<ChainClient, 'controller'>,
  until: Position = DEFAULT_VALID_UNTIL,
): Promise<Validity> {
  const { blockNumber } = await controller.getBlockNumber({ flag: false });
  const { version, chainId } = await controller.getSystemConfig({});
  return { version, chainId, validUntilBlock: resolvePosition(until, blockNumber) };
}

/** Each call gives another transaction, by its nonce. */
export function normalTransaction(intent: Intent, validity: Validity, nonce = randomNonce()): Transaction {
  const { to, data, quota, value = NO_VALUE } = intent;
  const { version, chainId, validUntilBlock } = validity;
  return { version, to, nonce, quota, validUntilBlock, data, value, chainId };
}
