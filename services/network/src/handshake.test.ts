import { Claims } from '@hexapod/protocol/link';
import { describe, expect, it } from 'vitest';
import { CloseReason } from './close-reason.ts';
import type { FrameBody } from './frame.ts';
import { Handshake, type HandshakeAction, LINK_VERSION, signedBytes } from './handshake.ts';
import { LIMITS } from './limits.ts';

const CHAIN = new Uint8Array(32).fill(1);
const SMALL = new Uint8Array(20).fill(0x10);
const GREAT = new Uint8Array(20).fill(0x20);

const begin = (address: Uint8Array) => new Handshake({ chainId: CHAIN, address, peerDomain: 'peer' });

/** One that has said its own Hello. */
function start(address: Uint8Array): Handshake {
  const it = begin(address);
  it.saidHello();
  return it;
}

function claimsOf(nodeAddress: Uint8Array, changes: Partial<Claims> = {}): Uint8Array {
  return Claims.encode(
    Claims.create({
      version: LINK_VERSION,
      chainId: CHAIN,
      nodeAddress,
      instance: new Uint8Array(8).fill(7),
      lease: 9_000,
      listenPort: 40_000,
      agent: 'test',
      ...changes,
    }),
  );
}

function hello(claims: Uint8Array, signature = new Uint8Array(65)): FrameBody {
  return { case: 'hello', value: { claims, signature } };
}

const READY: FrameBody = { case: 'ready', value: {} };
const ACCEPT: FrameBody = { case: 'accept', value: { serial: 3n } };
const kinds = (actions: readonly HandshakeAction[]) => actions.map((action) => action.do);
const refusalOf = ([action]: readonly HandshakeAction[]) =>
  action?.do === 'refuse' ? action.refusal : { reason: undefined, text: '' };

const peer = {
  address: GREAT,
  domain: 'peer',
  origin: 0x2020202020202020n,
  instance: '07'.repeat(8),
  leaseMs: 9_000,
};

describe('the referee', () => {
  it('opens after Hello, a good signature and Ready, in either order of the last two', () => {
    for (const isEarly of [true, false]) {
      const it = start(SMALL);
      expect(kinds(it.received(hello(claimsOf(GREAT))))).toEqual(['recover']);
      const actions = isEarly
        ? [...it.received(READY), ...it.signedBy(GREAT)]
        : [...it.signedBy(GREAT), ...it.received(READY)];
      expect(actions).toMatchObject([{ do: 'decide', peer }]);
      expect(it.decided({ serial: 3n })).toMatchObject([
        { do: 'send', body: ACCEPT },
        { do: 'open', peer, serial: 3n },
      ]);
    }
  });

  it('refuses when it decides so, and then hears nothing more', () => {
    const it = start(SMALL);
    it.received(hello(claimsOf(GREAT)));
    it.signedBy(GREAT);
    it.received(READY);
    const refusal = { reason: CloseReason.Duplicate, text: 'there is one' };
    expect(it.decided(refusal)).toEqual([{ do: 'refuse', refusal }]);
    expect([it.received(READY), it.signedBy(GREAT), it.decided({ serial: 1n })]).toEqual([[], [], []]);
  });

  it('takes no Accept', () => {
    const it = start(SMALL);
    it.received(hello(claimsOf(GREAT)));
    it.signedBy(GREAT);
    expect(refusalOf(it.received(ACCEPT)).reason).toBe(CloseReason.Violation);
  });
});

describe('the other side', () => {
  it('says Ready after a good signature, and opens at Accept', () => {
    const it = start(GREAT);
    it.received(hello(claimsOf(SMALL)));
    expect(it.signedBy(SMALL)).toEqual([{ do: 'send', body: READY }]);
    expect(it.received(ACCEPT)).toMatchObject([{ do: 'open', peer: { address: SMALL }, serial: 3n }]);
  });

  it('says Ready only after its own Hello, however late its signature comes', () => {
    const it = begin(GREAT);
    it.received(hello(claimsOf(SMALL)));
    expect(it.signedBy(SMALL)).toEqual([]);
    expect(it.saidHello()).toEqual([{ do: 'send', body: READY }]);
    expect(kinds(it.received(ACCEPT))).toEqual(['open']);
  });

  it('takes no Accept before its own Hello is out', () => {
    const it = begin(GREAT);
    it.received(hello(claimsOf(SMALL)));
    it.signedBy(SMALL);
    expect(refusalOf(it.received(ACCEPT)).reason).toBe(CloseReason.Violation);
    expect(it.saidHello()).toEqual([]);
  });

  it('takes no Accept before it has checked the signature, and no Ready at all', () => {
    const early = start(GREAT);
    early.received(hello(claimsOf(SMALL)));
    expect(refusalOf(early.received(ACCEPT)).reason).toBe(CloseReason.Violation);
    const ready = start(GREAT);
    ready.received(hello(claimsOf(SMALL)));
    expect(refusalOf(ready.received(READY)).reason).toBe(CloseReason.Violation);
  });
});

describe('what is refused', () => {
  it.each<[string, Partial<Claims>, CloseReason]>([
    ['another version', { version: LINK_VERSION + 1 }, CloseReason.Version],
    ['no version', { version: 0 }, CloseReason.Version],
    ['another chain', { chainId: new Uint8Array(32).fill(2) }, CloseReason.OtherChain],
    ['a shorter chain id', { chainId: CHAIN.subarray(1) }, CloseReason.OtherChain],
    ['our own address', { nodeAddress: SMALL }, CloseReason.Self],
    ['an address too short', { nodeAddress: GREAT.subarray(1) }, CloseReason.Violation],
    ['an address too long', { nodeAddress: new Uint8Array(21) }, CloseReason.Violation],
    ['no instance', { instance: new Uint8Array(0) }, CloseReason.Violation],
  ])('%s', (_what, changes, reason) => {
    expect(refusalOf(start(SMALL).received(hello(claimsOf(GREAT, changes)))).reason).toBe(reason);
  });

  it('claims that cannot be read, a signature of endless length', () => {
    expect(refusalOf(start(SMALL).received(hello(Uint8Array.of(0xff)))).reason).toBe(CloseReason.Violation);
    expect(refusalOf(start(SMALL).received(hello(claimsOf(GREAT), new Uint8Array(1025)))).reason).toBe(
      CloseReason.Violation,
    );
  });

  it('a second Hello, Ready twice, Ready before Hello, anything else', () => {
    const twice = start(SMALL);
    twice.received(hello(claimsOf(GREAT)));
    expect(refusalOf(twice.received(hello(claimsOf(GREAT)))).text).toBe('a second Hello');
    const ready = start(SMALL);
    ready.received(hello(claimsOf(GREAT)));
    ready.received(READY);
    expect(refusalOf(ready.received(READY)).text).toBe('a Ready out of turn');
    expect(refusalOf(start(SMALL).received(READY)).text).toBe('a Ready out of turn');
    expect(refusalOf(start(SMALL).received({ case: 'message', value: new Uint8Array(0) })).text).toBe(
      'a message frame before the handshake is over',
    );
  });

  it('a signature of another key, or none', () => {
    for (const signer of [SMALL, undefined]) {
      const it = start(SMALL);
      it.received(hello(claimsOf(GREAT)));
      expect(refusalOf(it.signedBy(signer)).reason).toBe(CloseReason.BadSignature);
    }
  });
});

describe('what a peer says of itself', () => {
  it('its lease is believed within limits, its name made printable', () => {
    const identity = (changes: Partial<Claims>) => {
      const it = start(SMALL);
      it.received(hello(claimsOf(GREAT, changes)));
      it.received(READY);
      const [action] = it.signedBy(GREAT);
      return action?.do === 'decide' ? action.peer : undefined;
    };
    expect(identity({ lease: 0 })?.leaseMs).toBe(LIMITS.shortestLeaseMs);
    expect(identity({ lease: 0xffff_ffff })?.leaseMs).toBe(LIMITS.longestLeaseMs);
    expect(identity({ agent: 'a\n\x1b[31mb\u{1f600}' })?.agent).toBe('a..[31mb..');
    expect(identity({ validatorOrigin: 0n })?.validatorOrigin).toBe(0x2020202020202020n);
    expect(identity({ validatorOrigin: 5n })?.validatorOrigin).toBe(5n);
  });
});

describe('signedBytes', () => {
  it('differ by role, session and claims, and cannot be a protobuf message', () => {
    const [session, claims] = [new Uint8Array(32).fill(1), Uint8Array.of(2)];
    const all = [
      signedBytes(true, session, claims),
      signedBytes(false, session, claims),
      signedBytes(true, new Uint8Array(32).fill(3), claims),
      signedBytes(true, session, Uint8Array.of(4)),
    ];
    expect(new Set(all.map((bytes) => bytes.toHex())).size).toBe(4);
    expect(all[0]?.[0]).toBe(0);
    expect(() => Claims.decode(all[0] ?? claims)).toThrow();
  });
});
