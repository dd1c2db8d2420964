// A whole network service without gRPC: for tests that need several of them in one process.

import { type Clock, systemClock } from '@hexapod/common/clock';
import { recordingLog } from '@hexapod/common/log';
import { NetworkMsg } from '@hexapod/protocol/network';
import type { Attestor } from '../src/attestor.ts';
import { type Identity, originOf } from '../src/identity.ts';
import { type DropReason, Network, type NetworkOptions } from '../src/network.ts';
import type { Wire } from '../src/wire.ts';

export const CHAIN_ID = new Uint8Array(32).fill(0xc4);

export interface NodeOptions extends Partial<NetworkOptions> {
  readonly domain: string;
  readonly attestor: Attestor;
  readonly chainId?: Uint8Array;
  readonly validatorOrigin?: bigint;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly soon?: (fn: () => void) => void;
  /** What the module `controller` does with a message, beside its being recorded. */
  readonly controller?: (message: NetworkMsg) => Promise<void>;
}

export interface Node {
  readonly domain: string;
  readonly origin: bigint;
  readonly network: Network;
  /** What each module was given, in order. */
  readonly inbox: { readonly controller: NetworkMsg[]; readonly consensus: NetworkMsg[] };
  readonly dropped: Map<DropReason, number>;
  readonly lines: string[];
  /** Resolves when `condition` holds; looked at whenever this node logs or gets a message. */
  until(condition: () => boolean): Promise<void>;
  begin(): void;
}

let instances = 0;

export function createNode(options: NodeOptions, wire: Wire): Node {
  const { domain, attestor, chainId = CHAIN_ID, clock = systemClock } = options;
  const { log, lines } = recordingLog(domain);
  const waiters = new Set<() => void>();
  const changed = () => {
    for (const look of [...waiters]) look();
  };
  const inbox = { controller: [] as NetworkMsg[], consensus: [] as NetworkMsg[] };
  const deliverTo = (module: 'controller' | 'consensus') => async (bytes: Uint8Array) => {
    const message = NetworkMsg.decode(bytes);
    inbox[module].push(message);
    changed();
    if (module === 'controller') await options.controller?.(message);
  };
  const dropped = new Map<DropReason, number>();
  const nodeOrigin = originOf(attestor.address);
  const identity: Identity = {
    chainId,
    chainOrigin: originOf(chainId),
    nodeOrigin,
    validatorOrigin: options.validatorOrigin ?? nodeOrigin,
    domain,
  };
  instances += 1;
  const network = new Network(
    {
      identity,
      peers: [],
      instance: Uint8Array.from({ length: 8 }, (_, i) => (i === 0 ? instances & 0xff : instances >> 8)),
      listenPort: 0,
      leaseMs: 10_000,
      keepalives: 4,
      healthTimeoutMs: 300_000,
      agent: 'test',
      ...options,
    },
    {
      wire,
      deliver: new Map([
        ['controller', deliverTo('controller')],
        ['consensus', deliverTo('consensus')],
      ]),
      clock,
      random: options.random ?? Math.random,
      soon: options.soon ?? setImmediate,
      log,
      counts: {
        sent: () => changed(),
        received: () => changed(),
        messageSent: () => undefined,
        messageReceived: () => undefined,
        dropped: (why, count) => {
          dropped.set(why, (dropped.get(why) ?? 0) + count);
          changed();
        },
      },
    },
  );
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        // After what is going on now: the log line of a link comes before its entry is complete.
        setImmediate(() => {
          if (!waiters.has(look) || !condition()) return;
          waiters.delete(look);
          resolve();
        });
      };
      waiters.add(look);
      look();
    });
  return {
    domain,
    origin: nodeOrigin,
    network,
    inbox,
    dropped,
    lines,
    until,
    begin: () => network.begin(attestor),
  };
}
