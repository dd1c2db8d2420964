// Addresses that stand for an action instead of an account (docs/protocol/executor.md 4.1).

import { fromHex } from '@hexapod/protocol/bytes';

/** Transactions to it only keep their data on the chain. */
export const STORE_ADDRESS: Uint8Array = fromHex('ffffffffffffffffffffffffffffffffff010000');

/** Transactions to it set the ABI of the contract whose 20 bytes stand first in the data. */
export const ABI_ADDRESS: Uint8Array = fromHex('ffffffffffffffffffffffffffffffffff010001');
