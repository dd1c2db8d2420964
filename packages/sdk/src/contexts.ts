// The contexts of a client: which chain it talks to, as whom (docs/protocol/cldi.md 3).

import { stringify } from 'smol-toml';
import { z } from 'zod';
import { CRYPTO_TYPES } from './crypto-type.ts';
import { parseTomlText } from './toml-text.ts';

export const CONSENSUS_TYPES = ['BFT', 'OVERLORD', 'RAFT'] as const;

const ContextSchema = z.object({
  /** host:port */
  controller_addr: z.string().min(1, 'wanted host:port'),
  executor_addr: z.string().min(1, 'wanted host:port'),
  account_name: z.string().min(1, 'wanted the name of an account'),
  crypto_type: z.enum(CRYPTO_TYPES, `wanted ${CRYPTO_TYPES.join(' or ')}`),
  consensus_type: z.enum(CONSENSUS_TYPES, `wanted one of ${CONSENSUS_TYPES.join(', ')}`),
  /** Seconds for one call, despite its name. */
  connect_timeout: z.int().min(0, 'wanted a number of seconds'),
});

const FileSchema = z.object({
  default_context: z.string(),
  context_settings: z.record(z.string(), ContextSchema),
});

/** With the keys of the file. */
export type Context = z.infer<typeof ContextSchema>;
export type ConsensusType = Context['consensus_type'];

export interface Contexts {
  /** Name of the context that holds when none is chosen. */
  readonly defaultContext: string;
  readonly contexts: ReadonlyMap<string, Context>;
}

export const DEFAULT_CONTEXT: Context = {
  controller_addr: 'localhost:50004',
  executor_addr: 'localhost:50002',
  account_name: 'default',
  crypto_type: 'SM',
  consensus_type: 'BFT',
  connect_timeout: 3,
};

/** Throws ClientError. */
export function parseContexts(path: string, text: string): Contexts {
  const hint = 'mend the file, or remove it to start again with the default context';
  const file = parseTomlText(path, text, FileSchema, hint);
  return { defaultContext: file.default_context, contexts: new Map(Object.entries(file.context_settings)) };
}

/** Contexts are sorted by name. */
export function formatContexts({ defaultContext, contexts }: Contexts): string {
  const sorted = [...contexts].sort(([a], [b]) => (a < b ? -1 : 1));
  return stringify({ default_context: defaultContext, context_settings: Object.fromEntries(sorted) });
}
