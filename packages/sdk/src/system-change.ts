// Changes of the chain's own configuration: one utxo transaction of the administrator each (docs/protocol/controller.md 5.1,
// docs/protocol/cldi.md 10).

import type { UtxoTransaction } from '@hexapod/protocol/blockchain';
import { be32, be64, concatBytes } from '@hexapod/protocol/bytes';
import type { SystemConfig } from '@hexapod/protocol/controller';

export type SystemChange =
  | { readonly item: 'admin'; readonly address: Uint8Array }
  | { readonly item: 'block-interval'; readonly seconds: number }
  | { readonly item: 'validators'; readonly addresses: readonly Uint8Array[] }
  | { readonly item: 'emergency-brake'; readonly isOn: boolean }
  | { readonly item: 'quota-limit'; readonly quota: bigint };

interface Lock {
  readonly id: bigint;
  /** Where the configuration names the last change of the item: the next one must point back to it. */
  readonly preHash: keyof SystemConfig & `${string}PreHash`;
}

const LOCKS = {
  admin: { id: 1002n, preHash: 'adminPreHash' },
  'block-interval': { id: 1003n, preHash: 'blockIntervalPreHash' },
  validators: { id: 1004n, preHash: 'validatorsPreHash' },
  'emergency-brake': { id: 1005n, preHash: 'emergencyBrakePreHash' },
  'quota-limit': { id: 1007n, preHash: 'quotaLimitPreHash' },
} as const satisfies Record<SystemChange['item'], Lock>;

/** The transaction that makes the change on a chain with this configuration. */
export function utxoTransaction(change: SystemChange, config: SystemConfig): UtxoTransaction {
  const { id, preHash } = LOCKS[change.item];
  return { version: config.version, preTxHash: config[preHash], output: outputOf(change), lockId: id };
}

function outputOf(change: SystemChange): Uint8Array {
  switch (change.item) {
    case 'admin':
      return change.address;
    case 'block-interval':
      return be32(change.seconds);
    case 'validators':
      return concatBytes(...change.addresses);
    case 'emergency-brake':
      return change.isOn ? new Uint8Array(1) : new Uint8Array();
    case 'quota-limit':
      return be64(change.quota);
  }
}
