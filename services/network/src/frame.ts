// Frames: four bytes of length, big-endian, then PB(link.Frame) (docs/link.md 3).

import { be32, readBe32 } from '@hexapod/protocol/bytes';
import { Frame } from '@hexapod/protocol/link';

export type FrameBody = NonNullable<Frame['body']>;

const LENGTH_BYTES = 4;

/** The peer does what no correct peer does: the link must end, since nothing after it can be trusted. */
export class LinkViolation extends Error {
  override readonly name = 'LinkViolation';
}

/** A frame as it goes over the link, its length in front. */
export function encodeFrame(body: FrameBody): Uint8Array[] {
  const bytes = Frame.encode(Frame.create({ body }));
  return [be32(bytes.length), bytes];
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

/** Cuts a stream of bytes into frames. Holds less than one frame. */
export class FrameReader {
  /** The longest frame taken, bytes; may be raised on the way. */
  limit: number;
  readonly #length = new Uint8Array(LENGTH_BYTES);
  #lengthFilled = 0;
  #frame: Uint8Array | undefined;
  #frameFilled = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /**
   * The frames that `input` completes, without their lengths. Some are views of `input`. Throws LinkViolation at a length
   * beyond the limit. Each frame is cut when it is asked for, so a limit raised after one frame counts for the next.
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
        this.#frame = new Uint8Array(length);
        this.#frameFilled = 0;
      }
      const frame = this.#frame ?? new Uint8Array(0);
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
