// The open links, one for each pair of nodes, and what to do when another connection of a linked node comes
// (docs/link.md 4).

import { equalBytes, toHex } from '@hexapod/protocol/bytes';
import { CloseReason, type Refusal } from './close-reason.ts';
import type { PeerIdentity } from './identity.ts';
import { LIMITS } from './limits.ts';

export interface TableLink {
  readonly peer: PeerIdentity;
  /** We dialled. */
  readonly isDialler: boolean;
  /** Of the referee's Accept. */
  readonly serial: bigint;
}

/** What a referee finds about a new connection. */
export type Finding<L extends TableLink> =
  | { readonly accept: true }
  /** `doubted`: a link that must show life now, since the peer may have lost it. */
  | { readonly accept: false; readonly refusal: Refusal; readonly doubted?: L };

export class LinkTable<L extends TableLink> {
  readonly #byOrigin = new Map<bigint, L>();
  readonly #byDomain = new Map<string, L>();

  get size(): number {
    return this.#byOrigin.size;
  }

  get links(): readonly L[] {
    return [...this.#byOrigin.values()];
  }

  byOrigin(origin: bigint): L | undefined {
    return this.#byOrigin.get(origin);
  }

  byDomain(domain: string): L | undefined {
    return this.#byDomain.get(domain);
  }

  /** The links whose nodes want the messages for this destination: a node, else the validators that name it theirs. */
  towards(destination: bigint): readonly L[] {
    const node = this.#byOrigin.get(destination);
    // A validator's origin is said, not proved: all who say it get the message, so nobody can keep it from another.
    return node ? [node] : this.links.filter(({ peer }) => peer.validatorOrigin === destination);
  }

  /** As the referee: does a new connection count? */
  judge(peer: PeerIdentity, isDialler: boolean): Finding<L> {
    const old = this.#byOrigin.get(peer.origin);
    if (!old) {
      const isFull = this.size >= LIMITS.links && !this.#byDomain.has(peer.domain);
      return isFull
        ? refuse(CloseReason.Busy, `${this.size} links are open, no more are taken`)
        : { accept: true };
    }
    if (!equalBytes(old.peer.address, peer.address)) {
      const text = `address ${toHex(peer.address)} has the first 8 bytes of ${toHex(old.peer.address)}, which is connected`;
      return refuse(CloseReason.OriginTaken, text);
    }
    // A process that was started again, or one that dials again although it dialled the old link: that one is dead.
    if (old.peer.instance !== peer.instance || old.isDialler === isDialler) return { accept: true };
    // Two dials have crossed, or the peer has lost the link that we dialled and we do not know it yet.
    return { ...refuse(CloseReason.Duplicate, 'there is a link already'), doubted: old };
  }

  /** Enters an open link. Returns those it replaces, or undefined when it must close itself: a later one is open. */
  enter(link: L): readonly L[] | undefined {
    const { origin, domain, instance } = link.peer;
    const old = this.#byOrigin.get(origin);
    if (old && old.peer.instance === instance && old.serial > link.serial) return undefined;
    const replaced = new Set([old, this.#byDomain.get(domain)].filter((other) => other !== undefined));
    for (const other of replaced) this.remove(other);
    this.#byOrigin.set(origin, link);
    this.#byDomain.set(domain, link);
    return [...replaced];
  }

  /** Removes a link; false when it is not in the table (any more). */
  remove(link: L): boolean {
    const { origin, domain } = link.peer;
    if (this.#byDomain.get(domain) === link) this.#byDomain.delete(domain);
    return this.#byOrigin.get(origin) === link && this.#byOrigin.delete(origin);
  }
}

function refuse(reason: CloseReason, text: string): { accept: false; refusal: Refusal } {
  return { accept: false, refusal: { reason, text } };
}
