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

/** Why a connection cannot count. */
export interface Objection<L extends TableLink> {
  readonly refusal: Refusal;
  /** A link that must show life now, since it may be dead without our knowing. */
  readonly doubted?: L;
}

export class LinkTable<L extends TableLink> {
  readonly #byOrigin = new Map<bigint, L>();
  readonly #byDomain = new Map<string, L>();

  get size(): number {
    return this.#byOrigin.size;
  }

  get links(): readonly L[] {
    return [...this.#byOrigin.values()];
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

  /** As the referee: what speaks against a new connection? Nothing: it counts. */
  judge(peer: PeerIdentity, isDialler: boolean): Objection<L> | undefined {
    const old = this.#byOrigin.get(peer.origin);
    const objection = this.#conflict(peer, old);
    if (objection || !old) return objection;
    // A process that was started again, or one that dials again although it dialled the old link: that one is dead.
    if (old.peer.instance !== peer.instance || old.isDialler === isDialler) return undefined;
    // Two dials have crossed, or the peer has lost the link that we dialled and we do not know it yet.
    return objectionOf(CloseReason.Duplicate, 'there is a link already', old);
  }

  /** Enters an open link. Returns the one it replaces, if any, or why it must close. */
  enter(link: L): { readonly replaced: L | undefined } | Objection<L> {
    const { origin, domain, instance } = link.peer;
    const old = this.#byOrigin.get(origin);
    const objection = this.#conflict(link.peer, old);
    if (objection) return objection;
    if (old && old.peer.instance === instance && old.serial > link.serial) {
      return objectionOf(CloseReason.Replaced, 'a later connection is open');
    }
    if (old) this.remove(old);
    this.#byOrigin.set(origin, link);
    this.#byDomain.set(domain, link);
    return { replaced: old };
  }

  /** Removes a link; false when it is not in the table (any more). */
  remove(link: L): boolean {
    const { origin, domain } = link.peer;
    if (this.#byDomain.get(domain) === link) this.#byDomain.delete(domain);
    return this.#byOrigin.get(origin) === link && this.#byOrigin.delete(origin);
  }

  /** What both sides check, the referee or not. */
  #conflict(peer: PeerIdentity, old: L | undefined): Objection<L> | undefined {
    if (old && !equalBytes(old.peer.address, peer.address)) {
      const text = `address ${toHex(peer.address)} has the first 8 bytes of ${toHex(old.peer.address)}, which is connected`;
      return objectionOf(CloseReason.OriginTaken, text);
    }
    // One certificate, one link: else its holder could draw keys and take all places. If the node has a new key, its old
    // link is dead and found to be so.
    const namesake = this.#byDomain.get(peer.domain);
    if (namesake && namesake.peer.origin !== peer.origin) {
      const text = `origin ${namesake.peer.origin} is connected with a certificate for ${peer.domain}`;
      return objectionOf(CloseReason.DomainTaken, text, namesake);
    }
    if (!old && this.size >= LIMITS.links) {
      return objectionOf(CloseReason.Busy, `${this.size} links are open, no more are taken`);
    }
    return undefined;
  }
}

function objectionOf<L extends TableLink>(reason: CloseReason, text: string, doubted?: L): Objection<L> {
  return { refusal: { reason, text }, ...(doubted && { doubted }) };
}
