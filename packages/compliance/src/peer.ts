// A process under test, known only by its address: calls go through @grpc/proto-loader and the files in proto/, never
// through our own codecs, so that a fault in those cannot hide itself.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Client,
  type ClientUnaryCall,
  credentials,
  type Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';

const PROTO_FOLDER = fileURLToPath(new URL('../../../proto', import.meta.url));
const MAX_MESSAGE = 256 * 1024 * 1024;
const DEADLINE = 30_000;

/** A message as plain values: bytes as Buffer, 64-bit integers as decimal strings, absent submessages as null. */
export type Message = Readonly<Record<string, unknown>>;

/** What a call came to: the answer, or a gRPC error. */
export type Outcome =
  | { readonly ok: true; readonly message: Message; readonly trailer: Metadata }
  | { readonly ok: false; readonly grpcCode: number; readonly text: string };

function protoFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.proto'))
    .map((entry) => join(entry.parentPath, entry.name));
}

const definitions = loadSync(protoFiles(PROTO_FOLDER), {
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
  includeDirs: [PROTO_FOLDER],
});

function methodsOf(service: string): ServiceDefinition {
  const definition = definitions[service];
  if (!definition || 'format' in definition) throw new Error(`proto/ has no service ${service}`);
  return definition as ServiceDefinition;
}

/** Full names of the services in proto/, and the rpcs of each. */
export function rpcsOf(service: string): string[] {
  return Object.keys(methodsOf(service));
}

export class Peer {
  readonly address: string;
  readonly #client: Client;

  /** @param address host:port of the process. */
  constructor(address: string) {
    this.address = address;
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_MESSAGE,
      'grpc.max_send_message_length': MAX_MESSAGE,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** Calls `<service>/<rpc>`, for example `storage.StorageService`, `Load`. Never throws for what the peer answers. */
  call(service: string, rpc: string, request: Message, metadata?: Metadata): Promise<Outcome> {
    const method = this.#method(service, rpc);
    return this.#send(method, method.requestSerialize(request), metadata);
  }

  /** Calls an rpc with arbitrary bytes in place of a message. */
  callRaw(service: string, rpc: string, bytes: Buffer): Promise<Outcome> {
    return this.#send(this.#method(service, rpc), bytes);
  }

  /** Calls an rpc that no service has. */
  callUnknown(): Promise<Outcome> {
    const known = this.#method('grpc.health.v1.Health', 'Check');
    return this.#send({ ...known, path: '/unknown.Service/Unknown' }, Buffer.alloc(0));
  }

  /** Calls `Health/Check` and returns its status: `SERVING`, `NOT_SERVING`. */
  async health(name = ''): Promise<unknown> {
    const outcome = await this.call('grpc.health.v1.Health', 'Check', { service: name });
    return outcome.ok ? outcome.message.status : outcome;
  }

  close(): void {
    this.#client.close();
  }

  #method(service: string, rpc: string): MethodDefinition<object, object> {
    const method = methodsOf(service)[rpc];
    if (!method) throw new Error(`proto/ has no rpc ${service}/${rpc}`);
    return method;
  }

  #send(method: MethodDefinition<object, object>, bytes: Buffer, metadata?: Metadata): Promise<Outcome> {
    return new Promise((resolve) => {
      let trailer: Metadata | undefined;
      const settle = (error: ServiceError | null, answer?: object): void => {
        if (error) resolve({ ok: false, grpcCode: error.code ?? status.UNKNOWN, text: error.details });
        else answered = answer as Message;
      };
      let answered: Message = {};
      const options = { deadline: Date.now() + DEADLINE };
      const identity = (value: Buffer): Buffer => value;
      const call: ClientUnaryCall = metadata
        ? this.#client.makeUnaryRequest(
            method.path,
            identity,
            method.responseDeserialize,
            bytes,
            metadata,
            options,
            settle,
          )
        : this.#client.makeUnaryRequest(
            method.path,
            identity,
            method.responseDeserialize,
            bytes,
            options,
            settle,
          );
      call.on('status', (end) => {
        trailer = end.metadata;
        if (end.code === status.OK) resolve({ ok: true, message: answered, trailer });
      });
    });
  }
}
