// The first words on a link, as a state machine: no socket, no clock, no keys (docs/link.md 4).
//
// Each side says Hello and checks the other's. The node with the greater address then says Ready; the one with the smaller
// address, the referee, decides alone whether this connection counts, and says Accept. Since of each pair of nodes the same
// one always decides, both agree on which of two crossing connections lives.

import { compareBytes, equalBytes, toHex } from '@hexapod/protocol/bytes';
import { Claims, type Hello } from '@hexapod/protocol/link';
import { CloseReason, type Refusal } from './close-reason.ts';
import type { FrameBody } from './frame.ts';
import { ADDRESS_BYTES, originOf, type PeerIdentity } from './identity.ts';
import { LIMITS } from './limits.ts';
import { printable } from './printable.ts';

export const LINK_VERSION = 1;
const INSTANCE_BYTES = 8;
const LONGEST_SIGNATURE = 1024;

/** What the handshake wants done. `send` frames go out in order. */
export type HandshakeAction =
  | { readonly do: 'send'; readonly body: FrameBody }
  /** Who signed `signature` over `claims`, as the other role of this session? Answer with `signedBy`. */
  | { readonly do: 'recover'; readonly claims: Uint8Array; readonly signature: Uint8Array }
  /** We are the referee: does this connection count? Answer with `decided`. */
  | { readonly do: 'decide'; readonly peer: PeerIdentity }
  /** The link is open. */
  | { readonly do: 'open'; readonly peer: PeerIdentity; readonly serial: bigint }
  /** It came to nothing; say so to the peer and close. */
  | { readonly do: 'refuse'; readonly refusal: Refusal };

export interface HandshakeOptions {
  readonly chainId: Uint8Array;
  /** Our own node address. */
  readonly address: Uint8Array;
  /** The name in the peer's certificate. */
  readonly peerDomain: string;
}

export class Handshake {
  readonly #options: HandshakeOptions;
  #peer: PeerIdentity | undefined;
  /** Our Hello is out. Signing it may take longer than checking the peer's, and Ready must not come before it. */
  #hasSaidHello = false;
  /** The peer's signature is checked. */
  #isProved = false;
  #isReady = false;
  #isOver = false;

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  /** Our Hello is sent. */
  saidHello(): HandshakeAction[] {
    this.#hasSaidHello = true;
    return this.#isOver ? [] : this.#readyIfSo();
  }

  /** A frame came in. */
  received(body: FrameBody): HandshakeAction[] {
    if (this.#isOver) return [];
    switch (body.case) {
      case 'hello':
        return this.#hello(body.value);
      case 'ready':
        return this.#ready();
      case 'accept':
        return this.#accept(body.value.serial);
      default:
        return this.#refuse(CloseReason.Violation, `a ${body.case} frame before the handshake is over`);
    }
  }

  /** Our signature of what `recover` gave belongs to this address; undefined: it is not a signature. */
  signedBy(address: Uint8Array | undefined): HandshakeAction[] {
    const peer = this.#peer;
    if (this.#isOver || !peer) return [];
    if (!address || !equalBytes(address, peer.address)) {
      const signer = address ? `the key of ${toHex(address)}` : 'no key at all';
      return this.#refuse(
        CloseReason.BadSignature,
        `the signature for address ${toHex(peer.address)} on this session was made with ${signer}`,
      );
    }
    this.#isProved = true;
    if (!this.#isReferee(peer)) return this.#readyIfSo();
    return this.#isReady ? [{ do: 'decide', peer }] : [];
  }

  /** The referee's answer to `decide`: the serial number of its Accept, or why not. */
  decided(answer: { readonly serial: bigint } | Refusal): HandshakeAction[] {
    const peer = this.#peer;
    if (this.#isOver || !peer) return [];
    if ('reason' in answer) return this.#refuse(answer.reason, answer.text);
    this.#isOver = true;
    const { serial } = answer;
    return [
      { do: 'send', body: { case: 'accept', value: { serial } } },
      { do: 'open', peer, serial },
    ];
  }

  #hello({ claims, signature }: Hello): HandshakeAction[] {
    if (this.#peer) return this.#refuse(CloseReason.Violation, 'a second Hello');
    const peer = this.#readClaims(claims, signature);
    if ('reason' in peer) return this.#refuse(peer.reason, peer.text);
    this.#peer = peer;
    return [{ do: 'recover', claims: new Uint8Array(claims), signature: new Uint8Array(signature) }];
  }

  #readyIfSo(): HandshakeAction[] {
    const peer = this.#peer;
    if (!peer || !this.#isProved || !this.#hasSaidHello || this.#isReferee(peer)) return [];
    return [{ do: 'send', body: { case: 'ready', value: {} } }];
  }

  #ready(): HandshakeAction[] {
    const peer = this.#peer;
    if (!peer || this.#isReady || !this.#isReferee(peer)) {
      return this.#refuse(CloseReason.Violation, 'a Ready out of turn');
    }
    this.#isReady = true;
    return this.#isProved ? [{ do: 'decide', peer }] : [];
  }

  #accept(serial: bigint): HandshakeAction[] {
    const peer = this.#peer;
    if (!peer || !this.#isProved || !this.#hasSaidHello || this.#isReferee(peer)) {
      return this.#refuse(CloseReason.Violation, 'an Accept out of turn');
    }
    this.#isOver = true;
    return [{ do: 'open', peer, serial }];
  }

  #readClaims(bytes: Uint8Array, signature: Uint8Array): PeerIdentity | Refusal {
    const claims = decodeClaims(bytes);
    if ('reason' in claims) return claims;
    const { chainId, address } = this.#options;
    const refusals: readonly [boolean, CloseReason, string][] = [
      [
        claims.version !== LINK_VERSION,
        CloseReason.Version,
        `link version ${claims.version}, here ${LINK_VERSION}`,
      ],
      [
        !equalBytes(claims.chainId, chainId),
        CloseReason.OtherChain,
        `chain ${toHex(claims.chainId.subarray(0, 64))}, here ${toHex(chainId)}`,
      ],
      [
        claims.nodeAddress.length !== ADDRESS_BYTES,
        CloseReason.Violation,
        `an address of ${claims.nodeAddress.length} bytes, wanted ${ADDRESS_BYTES}`,
      ],
      [
        equalBytes(claims.nodeAddress, address),
        CloseReason.Self,
        `address ${toHex(address)} is our own: two nodes have one key, or a node dials itself`,
      ],
      [
        claims.instance.length !== INSTANCE_BYTES || signature.length > LONGEST_SIGNATURE,
        CloseReason.Violation,
        `an instance of ${claims.instance.length} bytes and a signature of ${signature.length}`,
      ],
    ];
    const refusal = refusals.find(([applies]) => applies);
    if (refusal) return { reason: refusal[1], text: refusal[2] };
    const origin = originOf(claims.nodeAddress);
    return {
      address: new Uint8Array(claims.nodeAddress),
      origin,
      domain: this.#options.peerDomain,
      validatorOrigin: claims.validatorOrigin === 0n ? origin : claims.validatorOrigin,
      instance: toHex(claims.instance),
      leaseMs: Math.min(Math.max(claims.lease, LIMITS.shortestLeaseMs), LIMITS.longestLeaseMs),
      listenPort: claims.listenPort & 0xffff,
      agent: printable(claims.agent),
    };
  }

  #isReferee(peer: PeerIdentity): boolean {
    return compareBytes(this.#options.address, peer.address) < 0;
  }

  #refuse(reason: CloseReason, text: string): HandshakeAction[] {
    this.#isOver = true;
    return [{ do: 'refuse', refusal: { reason, text } }];
  }
}

function decodeClaims(bytes: Uint8Array): Claims | Refusal {
  try {
    return Claims.decode(bytes);
  } catch (cause) {
    return {
      reason: CloseReason.Violation,
      text: `the claims cannot be read: ${cause instanceof Error ? cause.message : cause}`,
    };
  }
}

const CONTEXT = new TextEncoder().encode('hexapod link 1');

/**
 * What a node signs (its hash, that is): a context, the role of the signer, the TLS session, the claims. The zero byte in
 * front cannot begin a protobuf message, so this signature is never one of a transaction or a chain status.
 */
export function signedBytes(isDialler: boolean, session: Uint8Array, claims: Uint8Array): Uint8Array {
  return Uint8Array.of(0, ...CONTEXT, isDialler ? 1 : 2, ...session, ...claims);
}
