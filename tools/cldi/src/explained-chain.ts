// A chain client whose errors say what was being tried (docs/protocol/cldi.md 13).

import {
  type ChainAddresses,
  type ChainClient,
  type ChainClientOptions,
  connectChain,
} from '@hexapod/sdk/chain-client';
import { ClientError } from '@hexapod/sdk/client-error';

const ATTEMPTS: Readonly<Record<string, string>> = {
  sendRawTransaction: 'failed to send raw',
  getSystemConfig: 'failed to get system config',
  getTransactionReceipt: 'failed to get receipt',
  getCode: 'failed to get code',
  getBalance: 'failed to get balance',
  getTransactionCount: 'failed to get tx count',
  getAbi: 'failed to get abi',
  estimateQuota: 'failed to estimate quota',
  call: 'failed to do executor gRPC call',
};

export function connectExplained(addresses: ChainAddresses, options: ChainClientOptions): ChainClient {
  const chain = connectChain(addresses, options);
  return {
    ...chain,
    controller: explained(chain.controller),
    executor: explained(chain.executor),
    evm: explained(chain.evm),
  };
}

/** The client with the methods of the table wrapped; their failures become causes. */
function explained<C extends object>(client: C): C {
  const wrapped = Object.entries(client).map(([name, method]) => {
    const attempt = ATTEMPTS[name];
    if (attempt === undefined) return [name, method];
    return [name, (...args: unknown[]) => during(attempt, method(...args))];
  });
  return Object.fromEntries(wrapped);
}

/** What the promise yields; its failure becomes the cause of an error that says what was being tried. */
export async function during<T>(attempt: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new ClientError(attempt, { cause });
  }
}
