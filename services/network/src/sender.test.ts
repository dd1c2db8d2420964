import { describe, expect, it } from 'vitest';
import { decodeFrame, type FrameBody, FrameReader } from './frame.ts';
import { LIMITS } from './limits.ts';
import { Ledger, Payload } from './payload.ts';
import { Lane } from './priority.ts';
import { Sender } from './sender.ts';

const ledger = () => new Ledger(Number.MAX_SAFE_INTEGER);

function payload(size: number, mark = 0, in_ = ledger()): Payload {
  return new Payload(new Uint8Array(size).fill(mark), in_);
}

/** The frames of the next batch, in short: `m5` a message marked 5, `c1` a part on stream 1. */
function batch(sender: Sender): string[] {
  const bytes = sender.nextBatch();
  if (!bytes) return [];
  return [...new FrameReader(LIMITS.frameBytes).read(bytes)].map((frame) => describeBody(decodeFrame(frame)));
}

function describeBody(body: FrameBody | undefined): string {
  if (body?.case === 'message') return `m${body.value[0]}`;
  if (body?.case === 'chunk') return `c${body.value.stream}`;
  return body?.case ?? 'nothing';
}

function drain(sender: Sender): string[] {
  const all: string[] = [];
  for (let frames = batch(sender); frames.length > 0; frames = batch(sender)) all.push(...frames);
  return all;
}

describe('Sender', () => {
  it('sends control first, then what is urgent', () => {
    const sender = new Sender();
    sender.enqueue(Lane.Data, payload(10, 3));
    sender.enqueue(Lane.Answer, payload(10, 2));
    sender.enqueue(Lane.High, payload(10, 1));
    sender.ping(1n);
    sender.pong(1n);
    expect(batch(sender)).toEqual(['pong', 'ping', 'm1', 'm2', 'm3']);
    expect(sender.nextBatch()).toBeUndefined();
  });

  it('puts small messages together up to the size of a batch', () => {
    const sender = new Sender();
    for (let i = 0; i < 1000; i++) sender.enqueue(Lane.High, payload(200));
    const first = batch(sender).length;
    expect(first).toBeGreaterThan(LIMITS.batchBytes / 210 - 1);
    expect(first).toBeLessThan(1000);
    expect(first + drain(sender).length).toBe(1000);
  });

  it('an urgent message waits for one part of a large one at most', () => {
    const sender = new Sender();
    sender.enqueue(Lane.AnswerLarge, payload(10 * LIMITS.chunkBytes));
    expect(batch(sender)).toEqual(['c3']);
    sender.enqueue(Lane.High, payload(10, 1));
    expect(batch(sender)).toEqual(['m1', 'c3']);
  });

  it('a message of exactly a part goes whole', () => {
    const sender = new Sender();
    sender.enqueue(Lane.High, payload(LIMITS.chunkBytes, 4));
    expect(drain(sender)).toEqual(['m4']);
  });

  it('no lane starves', () => {
    const sender = new Sender();
    for (let i = 0; i < 200; i++) sender.enqueue(Lane.High, payload(10, 1));
    sender.enqueue(Lane.Data, payload(10, 9));
    const place = drain(sender).indexOf('m9');
    expect(place).toBeGreaterThan(16);
    expect(place).toBeLessThan(100);
  });

  it('large messages go one after the other, others of their lanes beside them', () => {
    const sender = new Sender();
    const large = LIMITS.largeBytes + 1;
    sender.enqueue(Lane.HighLarge, payload(large));
    sender.enqueue(Lane.AnswerLarge, payload(large));
    sender.enqueue(Lane.DataLarge, payload(3 * LIMITS.chunkBytes));
    const streams = drain(sender);
    const lastOfFirst = streams.lastIndexOf('c1');
    expect(streams.indexOf('c3')).toBeGreaterThan(lastOfFirst);
    expect(streams.indexOf('c5')).toBeLessThan(lastOfFirst);
  });

  it('what is on its way is not dropped, what waits is', () => {
    const books = ledger();
    const sender = new Sender();
    sender.enqueue(Lane.DataLarge, payload(2 * LIMITS.chunkBytes, 0, books));
    sender.enqueue(Lane.Data, payload(10, 0, books));
    expect(batch(sender)).toEqual(['m0', 'c5']);
    expect(sender.dropOne()).toBe(false);
    expect(batch(sender)).toEqual(['c5']);
    expect(books.used).toBe(0);
  });

  it('forgets everything when it is cleared', () => {
    const books = ledger();
    const sender = new Sender();
    sender.enqueue(Lane.DataLarge, payload(3 * LIMITS.chunkBytes, 0, books));
    sender.enqueue(Lane.High, payload(10, 0, books));
    batch(sender);
    sender.ping(1n);
    sender.clear();
    expect([sender.nextBatch(), sender.length, sender.bytes, books.used]).toEqual([undefined, 0, 0, 0]);
  });

  it('is bounded by number: the oldest of the least urgent goes', () => {
    const sender = new Sender();
    let dropped = 0;
    for (let i = 0; i < LIMITS.outgoingMessages + 100; i++) dropped += sender.enqueue(Lane.Data, payload(1));
    expect([dropped, sender.length]).toEqual([100, LIMITS.outgoingMessages]);
  });
});
