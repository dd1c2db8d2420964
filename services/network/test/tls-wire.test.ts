// The sockets themselves: what does not get through TLS, what does not answer, what does not resolve (docs/link.md 2).

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { VirtualClock } from '@hexapod/common/clock';
import { recordingLog } from '@hexapod/common/log';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../src/limits.ts';
import { MOST_UNSECURED, TlsWire } from '../src/tls-wire.ts';
import { CertificateAuthority } from './certificate-authority.ts';

let authority: CertificateAuthority;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  authority = await CertificateAuthority.create();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function createWire(domain: string) {
  const { log, lines } = recordingLog(domain);
  const clock = new VirtualClock();
  return { wire: new TlsWire(await authority.issue(domain), { clock, log }), lines, clock };
}

async function connectTcp(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  closers.push(async () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('resolve', () => {
  it('gives addresses as they are, names as the system knows them, nothing for others', async () => {
    const { wire } = await createWire('a');
    expect(await wire.resolve('10.1.2.3')).toEqual(['10.1.2.3']);
    expect(await wire.resolve('::1')).toEqual(['::1']);
    expect((await wire.resolve('localhost')).some((address) => /^(127\.|::1$)/.test(address))).toBe(true);
    expect(await wire.resolve('no name')).toEqual([]);
  });
});

describe('dial', () => {
  it('gives up on somebody who takes the connection and says nothing', async () => {
    const { wire, clock } = await createWire('a');
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const taken = once(mute, 'connection');
    const { port } = mute.address() as AddressInfo;
    const dial = wire.dial({ domain: 'b', host: '127.0.0.1', port });
    const outcome = expect(dial).rejects.toThrow(`does not answer within ${LIMITS.handshakeMs} ms`);
    const [socket] = (await taken) as [Socket];
    clock.advance(LIMITS.handshakeMs);
    await outcome;
    socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
    expect(clock.pendingTimers).toBe(0);
  });

  it('says who refuses the connection', async () => {
    const { wire } = await createWire('a');
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(wire.dial({ domain: 'b', host: '127.0.0.1', port })).rejects.toThrow(
      `ECONNREFUSED 127.0.0.1:${port}`,
    );
  });
});

describe('listen', () => {
  it('both ends derive the same session bytes, another pair others', async () => {
    const [{ wire: a }, { wire: b }] = [await createWire('a'), await createWire('b')];
    const sessions: Uint8Array[] = [];
    const accepted: (() => void)[] = [];
    const listener = await b.listen(0, (channel) => {
      sessions.push(channel.session);
      channel.start({ data: () => undefined, drained: () => undefined, closed: () => undefined });
      accepted.shift()?.();
    });
    closers.push(() => listener.close());
    for (const _ of [1, 2]) {
      const isAccepted = new Promise<void>((resolve) => accepted.push(resolve));
      const channel = await a.dial({ domain: 'b', host: '127.0.0.1', port: listener.port });
      closers.push(async () => channel.destroy());
      sessions.push(channel.session);
      await isAccepted;
    }
    const different = new Set(sessions.map((session) => session.toHex()));
    expect([sessions.length, different.size]).toEqual([4, 2]);
  });

  it('babble is refused with one line, however often', async () => {
    const { wire, lines } = await createWire('a');
    const listener = await wire.listen(0, () => undefined);
    closers.push(() => listener.close());
    for (const _ of [1, 2, 3]) {
      const socket = await connectTcp(listener.port);
      socket.resume().write('GET / HTTP/1.1\r\n\r\n');
      await once(socket, 'close');
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('a connection from');
    expect(lines[0]).toContain('is refused');
  });

  it('of connections that never begin TLS the oldest give way', async () => {
    const { wire } = await createWire('a');
    const listener = await wire.listen(0, () => undefined);
    closers.push(() => listener.close());
    const first = await connectTcp(listener.port);
    const closed = once(first.resume(), 'close');
    const others = [];
    for (let i = 0; i < MOST_UNSECURED; i++) others.push(await connectTcp(listener.port));
    await closed;
    expect(others.at(-1)?.destroyed).toBe(false);
  });
});
