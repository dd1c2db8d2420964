import { joinBytes } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkFrame, decodeFrame, encodeFrame, FrameReader, LinkViolation, messageFrame } from './frame.ts';

const LIMIT = 70_000;
const bytes = (maxLength: number) => fc.uint8Array({ minLength: 0, maxLength });

describe('frames without copies', () => {
  it('of messages are those of the codec', () => {
    fc.assert(
      fc.property(bytes(40_000), (message) => {
        expect(joinBytes(messageFrame(message))).toEqual(
          joinBytes(encodeFrame({ case: 'message', value: message })),
        );
      }),
    );
  });

  it('of parts are those of the codec', () => {
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.nat(2 ** 28),
        fc.uint8Array({ minLength: 1, maxLength: 40_000 }),
        (stream, total, data) => {
          expect(joinBytes(chunkFrame(stream, total, data))).toEqual(
            joinBytes(encodeFrame({ case: 'chunk', value: { stream, total, data } })),
          );
        },
      ),
    );
  });
});

describe('FrameReader', () => {
  it('finds the frames of a stream however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(bytes(300)),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (messages, cuts) => {
          const stream = joinBytes(messages.flatMap((message) => messageFrame(message)));
          const reader = new FrameReader(LIMIT);
          const found: Uint8Array[] = [];
          for (let offset = 0, i = 0; offset < stream.length; i++) {
            const end = offset + (cuts[i % cuts.length] ?? 1);
            for (const frame of reader.read(stream.subarray(offset, end))) {
              const body = decodeFrame(frame);
              if (body?.case === 'message') found.push(new Uint8Array(body.value));
            }
            offset = end;
          }
          expect(found).toEqual(messages);
        },
      ),
    );
  });

  it('takes a frame of exactly its limit and refuses one byte more, before it holds any of it', () => {
    const reader = new FrameReader(4);
    expect([...reader.read(Uint8Array.of(0, 0, 0, 4, 1, 2, 3, 4))]).toEqual([Uint8Array.of(1, 2, 3, 4)]);
    expect(() => [...reader.read(Uint8Array.of(0, 0, 0, 5))]).toThrow(
      'a frame of 5 bytes is announced, at most 4 are allowed here',
    );
  });

  it('a limit raised after a frame counts for the next one in the same input', () => {
    const reader = new FrameReader(1);
    const lengths: number[] = [];
    for (const frame of reader.read(Uint8Array.of(0, 0, 0, 1, 9, 0, 0, 0, 3, 1, 2, 3))) {
      lengths.push(frame.length);
      reader.limit = 3;
    }
    expect(lengths).toEqual([1, 3]);
  });

  it('passes over empty frames', () => {
    const reader = new FrameReader(LIMIT);
    const frames = [...reader.read(new Uint8Array(12))];
    expect(frames.map((frame) => decodeFrame(frame))).toEqual([undefined, undefined, undefined]);
  });
});

describe('decodeFrame', () => {
  it('throws LinkViolation, and nothing else, for arbitrary bytes', () => {
    fc.assert(
      fc.property(bytes(100), (input) => {
        try {
          decodeFrame(input);
        } catch (error) {
          expect(error).toBeInstanceOf(LinkViolation);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
