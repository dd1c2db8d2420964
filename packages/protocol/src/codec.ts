// What a generated codec offers, and how a service is described.

import { Reader } from './reader.ts';
import { type Writer, written } from './writer.ts';

/** Encodes and decodes one kind of message, canonically (docs/protocol/wire.md 6). */
export interface MessageCodec<T> {
  /** `package.Message` */
  readonly typeName: string;
  /** A message with the default in every field. */
  empty(): T;
  /** A message with the given fields, and the default in all others. */
  create(fields?: Partial<T>): T;
  /** The one canonical encoding, in memory of its own. Throws RangeError for an integer outside its type. */
  encode(message: T): Uint8Array;
  /** Bytes fields are views into the input: copy what outlives the call. Throws DecodeError. */
  decode(bytes: Uint8Array): T;
  /** As `decode`, and tells whether `encode` would make the very same bytes: then it need not be called. */
  inspect(bytes: Uint8Array): { readonly message: T; readonly isCanonical: boolean };
  /** Writes the fields in front of what the writer holds. */
  write(writer: Writer, message: T): void;
  /** Reads fields up to the end of the message being read, into `message`, whose arrays are appended to. */
  merge(reader: Reader, message: T): T;
}

export interface MethodDefinition<Request, Response> {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly request: MessageCodec<Request>;
  readonly response: MessageCodec<Response>;
}

export interface ServiceDefinition {
  /** `package.Service` */
  readonly name: string;
  /** By name of the rpc in lower camel case. */
  readonly methods: Readonly<Record<string, MethodDefinition<unknown, unknown>>>;
}

/** Completes the generated parts of a codec. */
export function messageCodec<T>(
  typeName: string,
  empty: () => T,
  write: (writer: Writer, message: T) => void,
  merge: (reader: Reader, message: T) => T,
): MessageCodec<T> {
  return {
    typeName,
    empty,
    create: (fields) => ({ ...empty(), ...fields }),
    encode: (message) => written(write, message),
    decode: (bytes) => merge(new Reader(bytes, typeName), empty()),
    inspect(bytes) {
      const reader = new Reader(bytes, typeName);
      const message = merge(reader, empty());
      return { message, isCanonical: reader.isCanonical };
    },
    write,
    merge,
  };
}
