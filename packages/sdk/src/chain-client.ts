// The two processes of a node that serve users: the controller and the executor (docs/protocol/wire.md 2.1).

import { type Client, connect } from '@hexapod/common/grpc-client';
import type { Logger } from '@hexapod/common/log';
import { quietLog } from '@hexapod/common/quiet-log';
import type { RetryPolicy } from '@hexapod/common/retry-policy';
import { RPCService as ControllerService } from '@hexapod/protocol/controller';
import { RPCService as EvmService } from '@hexapod/protocol/evm';
import { ExecutorService } from '@hexapod/protocol/executor';

export interface ChainAddresses {
  /** host:port */
  readonly controller: string;
  readonly executor: string;
}

export interface ChainClientOptions {
  /** For one call, ms; 0: none. Default 30 s. */
  readonly timeoutMs?: number;
  /** Default: none, an error is told at once. */
  readonly retry?: RetryPolicy | 'none';
  readonly log?: Logger;
}

export interface ChainClient {
  readonly addresses: ChainAddresses;
  readonly controller: Client<typeof ControllerService>;
  readonly executor: Client<typeof ExecutorService>;
  readonly evm: Client<typeof EvmService>;
  close(): void;
}

/** Nothing is connected before the first call. */
export function connectChain(addresses: ChainAddresses, options: ChainClientOptions = {}): ChainClient {
  const shared = {
    log: options.log ?? quietLog,
    retry: options.retry ?? 'none',
    deadlineMs: options.timeoutMs === 0 ? ('none' as const) : (options.timeoutMs ?? 30_000),
  };
  const controller = connect(ControllerService, { ...shared, address: addresses.controller });
  const executor = connect(ExecutorService, { ...shared, address: addresses.executor });
  const evm = connect(EvmService, { ...shared, address: addresses.executor });
  return {
    addresses,
    controller,
    executor,
    evm,
    close() {
      for (const client of [controller, executor, evm]) client.close();
    },
  };
}
