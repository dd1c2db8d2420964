// Why a link ends or does not begin: the numbers of Close frames (docs/link.md 6).

export const CloseReason = {
  Unknown: 0,
  /** The process stops. */
  Stopping: 1,
  Version: 2,
  OtherChain: 3,
  BadSignature: 4,
  /** The peer's address is our own. */
  Self: 5,
  /** The pair has a link already. */
  Duplicate: 6,
  /** A newer connection of the same node takes its place. */
  Replaced: 7,
  /** Another address with the same first 8 bytes is connected. */
  OriginTaken: 8,
  /** Too many links, or too much held for this one. */
  Busy: 9,
  Violation: 10,
  /** Nothing came for a lease, or nothing could be sent. */
  Expired: 11,
  /** Our crypto process does not answer. */
  NotReady: 12,
  /** Another node with a certificate for the same domain is connected. */
  DomainTaken: 13,
} as const;
export type CloseReason = (typeof CloseReason)[keyof typeof CloseReason];

export interface Refusal {
  readonly reason: CloseReason;
  readonly text: string;
}

const names = new Map<number, string>(Object.entries(CloseReason).map(([name, reason]) => [reason, name]));

/** The name of a reason a peer gave; any number. */
export function closeReasonName(reason: number): string {
  return names.get(reason) ?? `reason ${reason}`;
}
