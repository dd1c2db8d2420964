// A peer that says what a test wants: a channel with frames written and read by hand.

import { joinBytes } from '@hexapod/protocol/bytes';
import { Claims } from '@hexapod/protocol/link';
import type { Attestor } from '../src/attestor.ts';
import { decodeFrame, encodeFrame, type FrameBody, FrameReader } from '../src/frame.ts';
import { LINK_VERSION, signedBytes } from '../src/handshake.ts';
import { LIMITS } from '../src/limits.ts';
import type { Channel } from '../src/wire.ts';
import { CHAIN_ID } from './node.ts';

type Kind = FrameBody['case'];

export class RawPeer {
  readonly channel: Channel;
  readonly #reader = new FrameReader(LIMITS.frameBytes);
  readonly #frames: FrameBody[] = [];
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(channel: Channel) {
    this.channel = channel;
    channel.start({
      data: (bytes) => {
        for (const frame of this.#reader.read(bytes)) {
          const body = decodeFrame(frame);
          if (body) this.#frames.push(body);
        }
        this.#wake();
      },
      drained: () => this.#wake(),
      closed: () => {
        this.#isClosed = true;
        this.#wake();
      },
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(body: FrameBody): void {
    this.channel.write(joinBytes(encodeFrame(body)));
  }

  /** The next frame of this kind; others are passed over. Rejects when the connection ends before. */
  async next<K extends Kind>(kind: K): Promise<Extract<FrameBody, { case: K }>> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame && isKind(frame, kind)) return frame;
      if (frame?.case === 'close') throw new Error(`closed before a ${kind} frame: ${frame.value.text}`);
      if (frame) continue;
      if (this.#isClosed) throw new Error(`the connection has ended before a ${kind} frame`);
      await this.#change();
    }
  }

  async closed(): Promise<void> {
    while (!this.#isClosed) await this.#change();
  }

  /** Says Hello, correct but for what `changes` says. */
  async hello(
    attestor: Attestor,
    changes: { claims?: Partial<Claims>; signature?: Uint8Array } = {},
  ): Promise<void> {
    const claims = encodeClaims(attestor, changes.claims);
    const { isDialler, session } = this.channel;
    const signature = changes.signature ?? (await attestor.sign(signedBytes(isDialler, session, claims)));
    this.send({ case: 'hello', value: { claims, signature } });
  }

  /** The whole handshake as the node with the greater address. */
  async join(attestor: Attestor): Promise<void> {
    await this.hello(attestor);
    await this.next('hello');
    this.send({ case: 'ready', value: {} });
    await this.next('accept');
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

export function encodeClaims(attestor: Pick<Attestor, 'address'>, changes: Partial<Claims> = {}): Uint8Array {
  return Claims.encode(
    Claims.create({
      version: LINK_VERSION,
      chainId: CHAIN_ID,
      nodeAddress: attestor.address,
      instance: new Uint8Array(8),
      lease: 10_000,
      agent: 'raw',
      ...changes,
    }),
  );
}

function isKind<K extends Kind>(frame: FrameBody, kind: K): frame is Extract<FrameBody, { case: K }> {
  return frame.case === kind;
}
