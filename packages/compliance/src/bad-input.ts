// Every rpc of a process must survive whatever is sent to it: the answer is a status code or a gRPC error with a text,
// and afterwards the process still answers its health check.

import { notStrictEqual } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type Check, expectSurvived } from './check.ts';
import { type Peer, rpcsOf } from './peer.ts';

/** The gRPC services that each process serves (common.md 5). */
export const SERVED: Readonly<Record<string, readonly string[]>> = {
  network: ['network.NetworkService'],
  consensus: ['consensus.ConsensusService', 'network.NetworkMsgHandlerService'],
  executor: ['executor.ExecutorService', 'evm.RPCService'],
  storage: ['storage.StorageService'],
  controller: [
    'controller.RPCService',
    'controller.Consensus2ControllerService',
    'network.NetworkMsgHandlerService',
  ],
  crypto: ['crypto.CryptoService'],
};

/**
 * What must not be sent to a process that runs in a chain, because it is a valid order of a neighbour: an empty
 * Reconfigure would make consensus forget its validators, an empty Store would overwrite nothing but may be obeyed.
 */
const ORDERS = new Set(['consensus.ConsensusService/Reconfigure']);

/** Field `number`, wire type 2 with `content`. */
function field(number: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
}

const varint = (number: number, hex: string): Buffer =>
  Buffer.concat([Buffer.from([number << 3]), Buffer.from(hex, 'hex')]);
const MAX_U64 = 'ffffffffffffffffff01';

/** Bytes that decode as something, and bytes that do not. */
function payloads(): [what: string, bytes: Buffer][] {
  const lengths = [0, 1, 7, 8, 9, 19, 20, 21, 31, 32, 33, 64, 65, 66, 127, 128, 129, 1000];
  return [
    ['nothing', Buffer.alloc(0)],
    ['a truncated length', Buffer.from([0x0a, 0x05, 1])],
    ['a field number 0', Buffer.from([0x02, 0x00])],
    ['an end of a group', Buffer.from([0x0c])],
    ['a varint without end', Buffer.alloc(11, 0xff)],
    ...[1, 2, 3].map((n): [string, Buffer] => [`field ${n} = 2^64 - 1`, varint(n, MAX_U64)]),
    ...[1, 2, 3].map((n): [string, Buffer] => [`field ${n} = 0`, varint(n, '00')]),
    ...lengths.flatMap((length) =>
      [1, 2, 3, 4].map((n): [string, Buffer] => [
        `field ${n}: ${length} random bytes`,
        field(n, randomBytes(length)),
      ]),
    ),
    ...lengths.map((length): [string, Buffer] => [
      `fields 1 to 4: ${length} random bytes each`,
      Buffer.concat([1, 2, 3, 4].map((n) => field(n, randomBytes(length)))),
    ]),
    [
      'nested 200 deep',
      Array.from({ length: 200 }).reduce<Buffer>((inner) => field(1, inner), Buffer.alloc(0)),
    ],
    ...Array.from({ length: 40 }, (_, i): [string, Buffer] => [`${i * 3} random bytes`, randomBytes(i * 3)]),
  ];
}

const BIG = 64 * 1024 * 1024;

async function requireAlive(peer: Peer): Promise<void> {
  const health = await peer.health();
  notStrictEqual(typeof health, 'object', `health after bad input: ${JSON.stringify(health)}`);
}

/** The checks for one process. */
export function badInputChecks(process: string): Check[] {
  const rpcs = (SERVED[process] ?? []).flatMap((service) =>
    rpcsOf(service).map((rpc) => [service, rpc] as const),
  );
  const tried = rpcs.filter(([service, rpc]) => !ORDERS.has(`${service}/${rpc}`));
  return [
    ...tried.map(
      ([service, rpc]): Check => ({
        name: `${service}/${rpc} survives arbitrary bytes`,
        async run(peer) {
          for (const [what, bytes] of payloads()) {
            const outcome = await peer.callRaw(service, rpc, bytes);
            try {
              expectSurvived(outcome);
            } catch (cause) {
              throw new Error(`after ${what}: ${bytes.subarray(0, 64).toString('hex')}`, { cause });
            }
          }
          await requireAlive(peer);
        },
      }),
    ),
    ...tried.map(
      ([service, rpc]): Check => ({
        name: `${service}/${rpc} survives a message of 64 MiB`,
        async run(peer) {
          expectSurvived(await peer.callRaw(service, rpc, field(1, Buffer.alloc(BIG))));
          await requireAlive(peer);
        },
      }),
    ),
    {
      name: 'an unknown rpc is UNIMPLEMENTED, a vanishing caller is no harm',
      async run(peer) {
        const outcome = await peer.callUnknown();
        notStrictEqual(outcome.ok, true);
        await requireAlive(peer);
      },
    },
  ];
}
