// Who a node is to the others: addresses and the origins made of them (docs/protocol/network.md 2, wire.md 8.3).

import { readBe64 } from '@hexapod/protocol/bytes';

export const ADDRESS_BYTES = 20;
const ORIGIN_BYTES = 8;

/** First 8 bytes, big-endian. Throws RangeError for less than 8 bytes. */
export function originOf(address: Uint8Array): bigint {
  if (address.length < ORIGIN_BYTES) {
    throw new RangeError(`an origin is made of ${ORIGIN_BYTES} bytes, these are ${address.length}`);
  }
  return readBe64(address.subarray(0, ORIGIN_BYTES));
}

/** What this node says of itself; `address` only once the crypto process has told whose key it holds. */
export interface Identity {
  readonly chainId: Uint8Array;
  readonly chainOrigin: bigint;
  readonly nodeOrigin: bigint;
  /** Equal to `nodeOrigin` except under overlord. */
  readonly validatorOrigin: bigint;
  /** The name in our certificate. */
  readonly domain: string;
}

/** What a peer has proved or, where noted, said of itself. */
export interface PeerIdentity {
  /** Proved by its signature. */
  readonly address: Uint8Array;
  readonly origin: bigint;
  /** Proved by its certificate. */
  readonly domain: string;
  /** Said: where it wants messages for its validator. */
  readonly validatorOrigin: bigint;
  /** Said: of its process. Hex. */
  readonly instance: string;
  /** Said, ms. */
  readonly leaseMs: number;
  /** Said. */
  readonly listenPort: number;
  /** Said, printable. */
  readonly agent: string;
}
