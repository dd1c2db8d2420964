// A chain client whose other side is in this process: as many handlers as a test needs.

import type { Service } from '@hexapod/common/grpc-method';
import { inProcessClient, type LocalHandlers } from '@hexapod/common/in-process-client';
import { RPCService as ControllerService } from '@hexapod/protocol/controller';
import { RPCService as EvmService } from '@hexapod/protocol/evm';
import { ExecutorService } from '@hexapod/protocol/executor';
import type { ChainClient } from '../src/chain-client.ts';

interface Handlers {
  readonly controller?: Partial<LocalHandlers<typeof ControllerService>>;
  readonly executor?: Partial<LocalHandlers<typeof ExecutorService>>;
  readonly evm?: Partial<LocalHandlers<typeof EvmService>>;
}

export function chainInProcess({ controller = {}, executor = {}, evm = {} }: Handlers): ChainClient {
  const close = (): void => undefined;
  return {
    addresses: { controller: 'in this process', executor: 'in this process' },
    controller: { ...inProcessClient(ControllerService, completed(ControllerService, controller)), close },
    executor: { ...inProcessClient(ExecutorService, completed(ExecutorService, executor)), close },
    evm: { ...inProcessClient(EvmService, completed(EvmService, evm)), close },
    close,
  };
}

function completed<S extends Service>(service: S, handlers: Partial<LocalHandlers<S>>): LocalHandlers<S> {
  const missing = Object.keys(service.methods).map((name) => [
    name,
    () => {
      throw new Error(`${name} is not part of the test`);
    },
  ]);
  return { ...Object.fromEntries(missing), ...handlers };
}
