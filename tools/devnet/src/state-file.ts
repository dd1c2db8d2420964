// `<data>/devnet.json`: what runs where, for the commands of a second terminal, for benches and tests. Written while a
// devnet runs, removed when it stops.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeWhole } from './files.ts';

const ServicePorts = z.object({
  network: z.number(),
  consensus: z.number(),
  executor: z.number(),
  storage: z.number(),
  controller: z.number(),
  crypto: z.number(),
});

const StateSchema = z.object({
  /** Process id of the devnet itself. */
  pid: z.number(),
  /** Where it takes commands: HTTP on 127.0.0.1, every request with the token. */
  control: z.object({ port: z.number(), token: z.string() }),
  chain: z.object({ id: z.string(), interval: z.number() }),
  crypto: z.enum(['sm', 'eth']),
  nodes: z.array(
    z.object({
      index: z.number(),
      directory: z.string(),
      ports: ServicePorts,
      metricsPorts: ServicePorts,
      linkPort: z.number(),
      /** Process ids of the services that run. */
      processes: z.record(z.string(), z.number()),
    }),
  ),
  admin: z.object({ address: z.string(), privateKeyFile: z.string() }),
  /** Home of a client that is set up for this chain. */
  cldiHome: z.string(),
});

export type DevnetState = z.infer<typeof StateSchema>;

const stateFile = (data: string): string => join(data, 'devnet.json');

/** The state that a devnet on `data` left there, running or not; undefined when there is none. */
export async function readState(data: string): Promise<DevnetState | undefined> {
  const parsed = StateSchema.safeParse(await readJson(stateFile(data)));
  return parsed.success ? parsed.data : undefined;
}

export async function writeState(data: string, state: DevnetState): Promise<void> {
  await writeWhole(stateFile(data), `${JSON.stringify(state, null, 2)}\n`, { private: true });
}

export async function removeState(data: string): Promise<void> {
  await rm(stateFile(data), { force: true });
}
