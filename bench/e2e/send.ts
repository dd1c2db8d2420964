// Sends prepared transactions over several connections as fast as the nodes take them.

import { type Client, connect } from '@hexapod/common/grpc-client';
import { rawRequest } from '@hexapod/common/grpc-method';
import { quietLog } from '@hexapod/common/quiet-log';
import { RpcError } from '@hexapod/common/rpc-error';
import { concatBytes, toHex } from '@hexapod/protocol/bytes';
import { RPCService } from '@hexapod/protocol/controller';
import { delimited } from '@hexapod/protocol/wire';
import type { PreparedTransaction } from './sign-worker.ts';

/** The two methods with their requests as the bytes that were prepared: a bench should not encode while it measures. */
const SendService = {
  name: RPCService.name,
  methods: {
    sendRawTransaction: rawRequest(RPCService.methods.sendRawTransaction),
    sendRawTransactions: rawRequest(RPCService.methods.sendRawTransactions),
  },
} as const;
type SendClient = Client<typeof SendService>;

export interface SendOptions {
  /** host:port of the controllers; connections are dealt out to them in turn. */
  readonly addresses: readonly string[];
  readonly connections: number;
  /** Calls running at the same time on each connection. */
  readonly inFlight: number;
  /** Transactions in a call; 1: SendRawTransaction, more: SendRawTransactions. */
  readonly batch: number;
}

export interface Sent {
  /** By hash: when the call was made, ms of `performance.now()`. Only of accepted transactions. */
  readonly accepted: ReadonlyMap<string, number>;
  /** Transactions refused, by the text of the gRPC status. */
  readonly refused: ReadonlyMap<string, number>;
  readonly startMs: number;
  readonly endMs: number;
}

/** @param progress is told how many transactions have been answered. */
export async function sendAll(
  transactions: readonly PreparedTransaction[],
  { addresses, connections, inFlight, batch }: SendOptions,
  progress: (done: number) => void,
): Promise<Sent> {
  const clients = Array.from({ length: connections }, (_, index) =>
    connect(SendService, {
      address: addresses[index % addresses.length] ?? '',
      log: quietLog,
      retry: 'none',
    }),
  );
  const accepted = new Map<string, number>();
  const refused = new Map<string, number>();
  let next = 0;
  const work = async (client: SendClient): Promise<void> => {
    while (next < transactions.length) {
      const part = transactions.slice(next, next + batch);
      next += part.length;
      const now = performance.now();
      try {
        for (const hash of await sendPart(client, part)) accepted.set(hash, now);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        refused.set(error.details, (refused.get(error.details) ?? 0) + part.length);
      }
      progress(next);
    }
  };
  const startMs = performance.now();
  try {
    await Promise.all(clients.flatMap((client) => Array.from({ length: inFlight }, () => work(client))));
  } finally {
    for (const client of clients) client.close();
  }
  return { accepted, refused, startMs, endMs: performance.now() };
}

/** The hashes the node has newly taken. */
async function sendPart(client: SendClient, part: readonly PreparedTransaction[]): Promise<string[]> {
  const [first] = part;
  if (part.length === 1 && first) {
    const { hash } = await client.sendRawTransaction(first.raw);
    return [toHex(hash)];
  }
  const { hashes } = await client.sendRawTransactions(
    concatBytes(...part.map(({ raw }) => delimited(1, raw))),
  );
  return hashes.map(({ hash }) => toHex(hash));
}
