// Frames: four bytes of length, big-endian, then PB(link.Frame) (docs/link.md 3).

import { be32, readBe32 } from '@hexapod/protocol/bytes';
import { Chunk, Frame } from '@hexapod/protocol/link';

export type FrameBody = NonNullable<Frame['body']>;

const LENGTH_BYTES = 4;
/** Field number and wire type 2 of link.proto: Frame.message, Frame.chunk, Chunk.data. */
const MESSAGE_KEY = (6 << 3) | 2;
const CHUNK_KEY = (7 << 3) | 2;
const CHUNK_DATA_KEY = (3 << 3) | 2;
const EMPTY = new Uint8Array(0);

/** The peer does what no correct peer does: the link must end, since nothing after it can be trusted. */
export class LinkViolation extends Error {
  override readonly name = 'LinkViolation';
}

/** A frame as it goes over the link, its length in front. */
export function encodeFrame(body: FrameBody): Uint8Array[] {
  const bytes = Frame.encode(Frame.create({ body }));
  return [be32(bytes.length), bytes];
}

/** As `encodeFrame` of a message, without copying it. */
export function messageFrame(message: Uint8Array): Uint8Array[] {
  const head = [MESSAGE_KEY, ...varint(message.length)];
  return [Uint8Array.of(...be32(head.length + message.length), ...head), message];
}

/** As `encodeFrame` of a part, without copying its data. */
export function chunkFrame(stream: number, total: number, data: Uint8Array): Uint8Array[] {
  // The data is the last field, so what comes before it is the encoding without it.
  const head = [...Chunk.encode({ stream, total, data: EMPTY }), CHUNK_DATA_KEY, ...varint(data.length)];
  const outer = [CHUNK_KEY, ...varint(head.length + data.length)];
  return [Uint8Array.of(...be32(outer.length + head.length + data.length), ...outer, ...head), data];
}

/** The body of a frame; undefined for a kind this version does not know. Throws LinkViolation for bytes that do not parse. */
export function decodeFrame(bytes: Uint8Array): FrameBody | undefined {
  try {
    return Frame.decode(bytes).body;
  } catch (cause) {
    throw new LinkViolation(`a frame cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

/** Of a number below 2^31. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

/** Cuts a stream of bytes into frames. Holds less than one frame. */
export class FrameReader {
  /** The longest frame taken, bytes; may be raised on the way. */
  limit: number;
  readonly #length = new Uint8Array(LENGTH_BYTES);
  #lengthFilled = 0;
  /** The frame that is not complete, in memory that the next one uses again. */
  #frame: Uint8Array | undefined;
  #frameFilled = 0;
  #memory = EMPTY;

  constructor(limit: number) {
    this.limit = limit;
  }

  /**
   * The frames that `input` completes, without their lengths. They are views, of the input or of memory that is used
   * again: copy what outlives the loop's turn. Throws LinkViolation at a length beyond the limit. Each frame is cut when it
   * is asked for, so a limit raised after one frame counts for the next.
   */
  *read(input: Uint8Array): Generator<Uint8Array> {
    let offset = 0;
    while (offset < input.length) {
      if (this.#lengthFilled < LENGTH_BYTES) {
        offset += this.#fillLength(input, offset);
        if (this.#lengthFilled < LENGTH_BYTES) return;
        const length = this.#frameLength();
        if (input.length - offset >= length) {
          this.#lengthFilled = 0;
          offset += length;
          yield input.subarray(offset - length, offset);
          continue;
        }
        if (this.#memory.length < length) this.#memory = new Uint8Array(length);
        this.#frame = this.#memory.subarray(0, length);
        this.#frameFilled = 0;
      }
      const frame = this.#frame ?? EMPTY;
      const part = input.subarray(offset, offset + frame.length - this.#frameFilled);
      frame.set(part, this.#frameFilled);
      this.#frameFilled += part.length;
      offset += part.length;
      if (this.#frameFilled < frame.length) return;
      this.#frame = undefined;
      this.#lengthFilled = 0;
      yield frame;
    }
  }

  #fillLength(input: Uint8Array, offset: number): number {
    const part = input.subarray(offset, offset + LENGTH_BYTES - this.#lengthFilled);
    this.#length.set(part, this.#lengthFilled);
    this.#lengthFilled += part.length;
    return part.length;
  }

  #frameLength(): number {
    const length = readBe32(this.#length);
    if (length > this.limit) {
      throw new LinkViolation(
        `a frame of ${length} bytes is announced, at most ${this.limit} are allowed here`,
      );
    }
    return length;
  }
}
