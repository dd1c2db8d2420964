// The names that clients give the two suites: `SM` and `ETH` (docs/protocol/cldi.md 3, 9).

import { loadSuite, type Suite } from '@hexapod/crypto/suite';

export const CRYPTO_TYPES = ['SM', 'ETH'] as const;
export type CryptoType = (typeof CRYPTO_TYPES)[number];

const SUITE_NAMES = { SM: 'sm', ETH: 'eth' } as const satisfies Record<CryptoType, Suite['name']>;

export function loadSuiteOf(type: CryptoType): Promise<Suite> {
  return loadSuite(SUITE_NAMES[type]);
}

export function cryptoTypeOf({ name }: Pick<Suite, 'name'>): CryptoType {
  return name === 'sm' ? 'SM' : 'ETH';
}
