// Peers that lie, babble, flood or do not listen, over real TLS (docs/link.md 8).

import { connect as connectTcp } from 'node:net';
import { systemClock } from '@hexapod/common/clock';
import { silentLog } from '@hexapod/common/log';
import { NetworkMsg } from '@hexapod/protocol/network';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CloseReason } from '../src/close-reason.ts';
import { signedBytes } from '../src/handshake.ts';
import { originOf } from '../src/identity.ts';
import { LIMITS } from '../src/limits.ts';
import { TlsWire } from '../src/tls-wire.ts';
import { CertificateAuthority } from './certificate-authority.ts';
import { localAttestor } from './local-attestor.ts';
import { startProxy } from './proxy.ts';
import { encodeClaims, RawPeer } from './raw-peer.ts';
import { allLinked, linkAll, startTlsNode, type TlsNode, type TlsNodeOptions } from './tls-nodes.ts';

let authority: CertificateAuthority;
const running: TlsNode[] = [];

beforeAll(async () => {
  authority = await CertificateAuthority.create();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop()));
});

async function start(domain: string, options: TlsNodeOptions): Promise<TlsNode> {
  const node = await startTlsNode(authority, domain, options);
  running.push(node);
  node.begin();
  return node;
}

/** Seeds of keys: the address of VICTIM is smaller than that of INTRUDER, so the victim is the referee. */
const VICTIM = 6;
const INTRUDER = 1;

async function dial(node: TlsNode, domain = 'intruder', port = node.port): Promise<RawPeer> {
  const wire = new TlsWire(await authority.issue(domain), { clock: systemClock, log: silentLog });
  return new RawPeer(await wire.dial({ domain: node.domain, host: '127.0.0.1', port }));
}

const victim = (options: Partial<TlsNodeOptions> = {}) => start('victim', { seed: VICTIM, ...options });
const logged = (node: TlsNode, text: string) =>
  node.until(() => node.lines.some((line) => line.includes(text)));

describe('borrowed origins', () => {
  it('a signature replayed from another session is refused', async () => {
    const node = await victim();
    const honest = await localAttestor(INTRUDER);
    const first = await dial(node);
    const claims = encodeClaims(honest);
    const signature = await honest.sign(signedBytes(true, first.channel.session, claims));
    const second = await dial(node);
    await second.hello(honest, { signature });
    expect((await second.next('close')).value.reason).toBe(CloseReason.BadSignature);
    expect(node.network.links).toEqual([]);
  });

  it("the victim's own signature sent back to it is refused", async () => {
    const node = await victim();
    const peer = await dial(node);
    peer.send({ case: 'hello', value: (await peer.next('hello')).value });
    expect((await peer.next('close')).value.reason).toBe(CloseReason.Self);
  });

  it('a signature in the role of the other side is refused', async () => {
    const node = await victim();
    const honest = await localAttestor(INTRUDER);
    const peer = await dial(node);
    const claims = encodeClaims(honest);
    const signature = await honest.sign(signedBytes(false, peer.channel.session, claims));
    peer.send({ case: 'hello', value: { claims, signature } });
    expect((await peer.next('close')).value.reason).toBe(CloseReason.BadSignature);
  });

  it('a signature of another key is refused', async () => {
    const node = await victim();
    const [honest, other] = [await localAttestor(INTRUDER), await localAttestor(9)];
    const peer = await dial(node);
    await peer.hello({ ...other, address: honest.address });
    expect((await peer.next('close')).value).toMatchObject({
      reason: CloseReason.BadSignature,
      text: expect.stringContaining('was made with the key of'),
    });
    await logged(node, 'BadSignature');
  });

  it.each([
    ['empty', 0],
    ['of one byte', 1],
    ['of zeros', 65],
    ['of a wrong length', 64],
  ])('a signature %s is refused', async (_what, length) => {
    const node = await victim();
    const peer = await dial(node);
    await peer.hello(await localAttestor(INTRUDER), { signature: new Uint8Array(length) });
    expect((await peer.next('close')).value.reason).toBe(CloseReason.BadSignature);
  });

  it('a certificate of another authority does not get through TLS', async () => {
    const node = await victim();
    const other = await CertificateAuthority.create();
    // The intruder trusts the right authority, and shows a certificate of its own.
    const [mine, theirs] = [await other.issue('intruder'), await authority.issue('intruder')];
    const wire = new TlsWire(
      { ...mine, authority: theirs.authority },
      { clock: systemClock, log: silentLog },
    );
    const peer = new RawPeer(await wire.dial({ domain: 'victim', host: '127.0.0.1', port: node.port }));
    await peer.hello(await localAttestor(INTRUDER));
    await peer.closed();
    expect(node.network.links).toEqual([]);
  });

  it('a server with a certificate of another authority or another name is not spoken to', async () => {
    const other = await CertificateAuthority.create();
    const stranger = await startTlsNode(other, 'victim', { seed: 5 });
    const namesake = await startTlsNode(authority, 'somebody', { seed: 10 });
    running.push(stranger, namesake);
    const wire = new TlsWire(await authority.issue('honest'), { clock: systemClock, log: silentLog });
    const target = { domain: 'victim', host: '127.0.0.1' };
    await expect(wire.dial({ ...target, port: stranger.port })).rejects.toThrow(/certificate/);
    await expect(wire.dial({ ...target, port: namesake.port })).rejects.toThrow(
      'the certificate there is for somebody, wanted victim',
    );
  });

  it('a certificate without a DNS name is refused', async () => {
    const node = await victim();
    const peer = await dial(node, '');
    await peer.closed();
    expect(node.network.links).toEqual([]);
  });

  it('a message in the name of another node is dropped, the link stays', async () => {
    const node = await victim();
    const attestor = await localAttestor(INTRUDER);
    const peer = await dial(node);
    await peer.join(attestor);
    const message = NetworkMsg.create({ module: 'controller', type: 'send_tx', origin: 12345n });
    peer.send({ case: 'message', value: NetworkMsg.encode(message) });
    const own = { ...message, origin: originOf(attestor.address) };
    peer.send({ case: 'message', value: NetworkMsg.encode(own) });
    await node.until(() => node.inbox.controller.length === 1);
    expect(node.inbox.controller).toEqual([own]);
    expect(node.dropped.get('borrowed-origin')).toBe(1);
  });
});

describe('other chains and versions', () => {
  it('a node of another chain is refused, and both logs say why', async () => {
    const node = await victim();
    const stranger = await start('stranger', { seed: 3, chainId: new Uint8Array(32).fill(0xaa) });
    stranger.network.setPeers([{ domain: 'victim', port: node.port }]);
    await Promise.all([
      logged(node, `chain ${'aa'.repeat(32)}, here ${'c4'.repeat(32)}`),
      logged(stranger, 'OtherChain'),
    ]);
    expect(node.network.links).toEqual([]);
  });

  it('another version of the link is refused', async () => {
    const node = await victim();
    const peer = await dial(node);
    await peer.hello(await localAttestor(INTRUDER), { claims: { version: 2 } });
    expect((await peer.next('close')).value.reason).toBe(CloseReason.Version);
  });

  it('another address with the same first 8 bytes is refused while the first is connected', async () => {
    const node = await victim();
    const honest = await localAttestor(INTRUDER);
    await (await dial(node)).join(honest);
    await node.until(() => node.network.links.length === 1);
    const twin = new Uint8Array(honest.address);
    twin[19] = (twin[19] ?? 0) ^ 1;
    // A key for such an address is not to be had: what the table finds is tested beside it, here that a proof is asked for.
    const peer = await dial(node, 'twin');
    await peer.hello({ ...honest, address: twin });
    expect((await peer.next('close')).value.reason).toBe(CloseReason.BadSignature);
    expect(node.network.links.map(({ peer: { domain } }) => domain)).toEqual(['intruder']);
  });
});

describe('garbage', () => {
  it('before TLS: the connection ends, the node lives', async () => {
    const node = await victim();
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\xff\xff', '\0'.repeat(1000)]) {
      await new Promise<void>((resolve) => {
        const socket = connectTcp(node.port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
        socket.on('error', () => socket.destroy());
        socket.on('close', () => resolve());
        socket.resume();
        // The second one is the beginning of a long record: whoever waits for its end is cut by time, not here.
        if (bytes.length === 5) socket.once('connect', () => socket.end());
      });
    }
    await (await dial(node)).join(await localAttestor(INTRUDER));
  });

  it.each([
    ['a length beyond the limit', [0xff, 0xff, 0xff, 0xff]],
    ['a frame that is too long for a handshake', [0, 0, 0x20, 0]],
    ['bytes that are no frame', [0, 0, 0, 3, 0xff, 0xff, 0xff]],
    ['a Pong before the handshake', [0, 0, 0, 2, 0x2a, 0]],
    ['a message before the handshake', [0, 0, 0, 2, 0x32, 0]],
  ])('after TLS, before the handshake is over: %s', async (_what, bytes) => {
    const node = await victim();
    const peer = await dial(node);
    peer.channel.write(Uint8Array.from(bytes));
    expect((await peer.next('close')).value.reason).toBe(CloseReason.Violation);
    await peer.closed();
  });

  it.each([
    ['a length beyond the limit', [0, 2, 0, 0]],
    ['bytes that are no frame', [0, 0, 0, 3, 0xff, 0xff, 0xff]],
    ['a second Hello', [0, 0, 0, 2, 0x0a, 0]],
    ['a part of nothing', [0, 0, 0, 5, 0x3a, 3, 0x1a, 1, 0]],
    ['a part without an end', [0, 0, 0, 10, 0x3a, 8, 0x10, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x1a, 0]],
  ])('after the handshake: %s', async (_what, bytes) => {
    const node = await victim();
    const peer = await dial(node);
    await peer.join(await localAttestor(INTRUDER));
    peer.channel.write(Uint8Array.from(bytes));
    expect((await peer.next('close')).value.reason).toBe(CloseReason.Violation);
    await node.until(() => node.network.links.length === 0);
  });

  it('a message that cannot be read is dropped, the link stays', async () => {
    const node = await victim();
    const attestor = await localAttestor(INTRUDER);
    const peer = await dial(node);
    await peer.join(attestor);
    peer.send({ case: 'message', value: Uint8Array.of(0x0a, 0xff) });
    const good = NetworkMsg.create({ module: 'controller', origin: originOf(attestor.address) });
    peer.send({ case: 'message', value: NetworkMsg.encode(good) });
    await node.until(() => node.inbox.controller.length === 1);
    expect(node.dropped.get('unreadable')).toBe(1);
  });

  it('a frame of a kind that is not known yet is passed over', async () => {
    const node = await victim();
    const peer = await dial(node);
    await peer.join(await localAttestor(INTRUDER));
    // Field 15, wire type 2, empty; then a Ping.
    peer.channel.write(Uint8Array.from([0, 0, 0, 2, 0x7a, 0]));
    peer.send({ case: 'ping', value: { number: 7n } });
    expect((await peer.next('pong')).value.number).toBe(7n);
  });
});

describe('too much', () => {
  it('a flood towards a module that hangs is bounded, and others still get through', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const flooderOrigin = originOf((await localAttestor(INTRUDER)).address);
    const node = await victim({ controller: () => gate });
    const honest = await start('honest', { seed: 4 });
    honest.network.setPeers([{ domain: 'victim', port: node.port }]);
    await allLinked([node, honest], 1);
    const peer = await dial(node);
    await peer.join(await localAttestor(INTRUDER));
    const flood = NetworkMsg.encode(
      NetworkMsg.create({
        module: 'controller',
        type: 'send_tx',
        origin: flooderOrigin,
        msg: new Uint8Array(100),
      }),
    );
    const count = LIMITS.incomingMessages + 5_000;
    for (let i = 0; i < count; i++) peer.send({ case: 'message', value: flood });
    await node.until(() => (node.dropped.get('module-queue-full') ?? 0) > 0);
    honest.network.send(NetworkMsg.create({ module: 'controller', type: 'sync_block', origin: node.origin }));
    honest.network.send(NetworkMsg.create({ module: 'consensus', type: 'vote', origin: node.origin }));
    await node.until(() => node.inbox.consensus.length === 1);
    await node.until(() => (node.dropped.get('module-queue-full') ?? 0) >= 5_000 - LIMITS.deliveries);
    expect(node.network.incoming.messages).toBeLessThanOrEqual(
      LIMITS.incomingMessages + LIMITS.deliveries + 1,
    );
    release();
    await node.until(() => node.inbox.controller.some(({ origin }) => origin === honest.origin));
    const place = node.inbox.controller.findIndex(({ origin }) => origin === honest.origin);
    expect(place).toBeLessThan(3 * LIMITS.deliveries);
  });

  it('a peer that does not read costs a bounded queue, and nobody else waits for it', async () => {
    const node = await victim();
    const honest = await start('honest', { seed: 4 });
    honest.network.setPeers([{ domain: 'victim', port: node.port }]);
    await allLinked([node, honest], 1);
    const proxy = await startProxy(node.port);
    const deaf = await dial(node, 'intruder', proxy.port);
    await deaf.join(await localAttestor(INTRUDER));
    await node.until(() => node.network.links.length === 2);
    proxy.freeze();
    const origin = originOf((await localAttestor(INTRUDER)).address);
    const large = new Uint8Array(8 << 20);
    for (let bytes = 0; bytes <= LIMITS.outgoingBytes + (32 << 20); bytes += large.length) {
      node.network.send(NetworkMsg.create({ module: 'controller', type: 'send_txs', origin, msg: large }));
    }
    const link = node.network.links.find(({ domain }) => domain === 'intruder');
    expect(link?.queued.bytes).toBeGreaterThan(LIMITS.outgoingBytes / 2);
    expect(link?.queued.bytes).toBeLessThanOrEqual(LIMITS.outgoingBytes + 2 * large.length);
    expect(node.dropped.get('peer-queue-full')).toBeGreaterThan(0);
    node.network.broadcast(NetworkMsg.create({ module: 'controller', type: 'send_txs' }));
    await honest.until(() => honest.inbox.controller.length === 1);
    await proxy.close();
  });

  it('unfinished messages beyond the limit of a link end it', async () => {
    const node = await victim();
    const peer = await dial(node);
    await peer.join(await localAttestor(INTRUDER));
    for (const stream of [0, 1]) {
      peer.send({
        case: 'chunk',
        value: { stream, total: LIMITS.messageBytes, data: Uint8Array.of(1) },
      });
    }
    expect((await peer.next('close')).value.reason).toBe(CloseReason.Violation);
    await node.until(() => node.network.assemblingBytes === 0);
  });

  it('pings beyond count are answered by few pongs', async () => {
    const node = await victim();
    const peer = await dial(node);
    await peer.join(await localAttestor(INTRUDER));
    for (let i = 1n; i <= 1000n; i++) peer.send({ case: 'ping', value: { number: i } });
    let pongs = 0;
    for (let number = 0n; number < 1000n; pongs++) ({ number } = (await peer.next('pong')).value);
    expect(pongs).toBeLessThan(1000);
  });

  it('connections that never say Hello give way to those that do', async () => {
    const node = await victim();
    const mute = await Promise.all(Array.from({ length: LIMITS.pendingConnections }, () => dial(node)));
    await (await dial(node)).join(await localAttestor(INTRUDER));
    expect(mute.some(({ isClosed }) => isClosed)).toBe(true);
    for (const peer of mute) peer.channel.destroy();
  });
});

describe('links of one pair', () => {
  it('one remains of many crossing dials, and carries messages both ways', async () => {
    const a = await start('a', { seed: 7 });
    const b = await start('b', { seed: 8 });
    await linkAll([a, b]);
    a.network.send(NetworkMsg.create({ module: 'controller', origin: b.origin }));
    b.network.send(NetworkMsg.create({ module: 'controller', origin: a.origin }));
    await Promise.all([a, b].map((node) => node.until(() => node.inbox.controller.length === 1)));
    expect(a.network.links[0]?.serial).toBe(b.network.links[0]?.serial);
  });
});
