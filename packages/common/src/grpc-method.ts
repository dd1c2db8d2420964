// What a gRPC method and service look like to the kit, and how to treat a method's messages as plain bytes.

/** The part of a message codec (`MessageCodec` of @hexapod/protocol/codec) that the wire needs. */
export interface Codec<T> {
  encode(message: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

export interface Method<Request = unknown, Response = unknown> {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
}

export interface Service {
  readonly name: string;
  readonly methods: Readonly<Record<string, Method>>;
}

export type RequestOf<M> = M extends { readonly request: Codec<infer T> } ? T : never;
export type ResponseOf<M> = M extends { readonly response: Codec<infer T> } ? T : never;

/** Bytes as they are: nothing is decoded, nothing encoded. */
export const identity: Codec<Uint8Array> = {
  encode: (bytes) => bytes,
  decode: (bytes) => bytes,
};

/** The method with bytes on both sides. */
export function raw(method: Method): Method<Uint8Array, Uint8Array> {
  return { path: method.path, request: identity, response: identity };
}

/** The method with its request as bytes that are already encoded, and its response decoded. */
export function rawRequest<M extends Method>(method: M): Method<Uint8Array, ResponseOf<M>> {
  return { path: method.path, request: identity, response: method.response as Codec<ResponseOf<M>> };
}

/** The method with its request encoded, and its response as bytes. */
export function rawResponse<M extends Method>(method: M): Method<RequestOf<M>, Uint8Array> {
  return { path: method.path, request: method.request as Codec<RequestOf<M>>, response: identity };
}

/** `Store` of `/storage.StorageService/Store`. */
export function methodName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
