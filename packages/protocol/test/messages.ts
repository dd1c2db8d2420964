// Every codec and every service of the package, by name.

import * as blockchain from '../src/blockchain.ts';
import type { MessageCodec, ServiceDefinition } from '../src/codec.ts';
import * as common from '../src/common.ts';
import * as consensus from '../src/consensus.ts';
import * as controller from '../src/controller.ts';
import * as controllerMessages from '../src/controller-messages.ts';
import * as crypto from '../src/crypto.ts';
import * as evm from '../src/evm.ts';
import * as executor from '../src/executor.ts';
import * as healthCheck from '../src/health-check.ts';
import * as link from '../src/link.ts';
import * as network from '../src/network.ts';
import * as storage from '../src/storage.ts';

const exported: readonly object[] = [
  blockchain,
  common,
  consensus,
  controller,
  controllerMessages,
  crypto,
  evm,
  executor,
  healthCheck,
  link,
  network,
  storage,
].flatMap((module) => Object.values<object>(module));

function isCodec(value: object): value is MessageCodec<unknown> {
  return 'typeName' in value;
}

function isService(value: object): value is ServiceDefinition {
  return 'methods' in value;
}

export const services: readonly ServiceDefinition[] = exported.filter(isService);

export const codecs: ReadonlyMap<string, MessageCodec<unknown>> = new Map(
  exported.filter(isCodec).map((codec) => [codec.typeName, codec]),
);

/** By full type name. Throws for a name that no codec has. */
export function codecOf(typeName: string): MessageCodec<unknown> {
  const codec = codecs.get(typeName);
  if (!codec) throw new Error(`there is no codec of ${typeName}`);
  return codec;
}
