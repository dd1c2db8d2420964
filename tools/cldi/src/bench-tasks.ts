// What `bench send` and `bench call` have in common: many requests over several connections, and the time they take
// (docs/protocol/cldi.md 12).

import type { ChainClient } from '@hexapod/sdk/chain-client';
import { ClientError } from '@hexapod/sdk/client-error';
import type { Tool } from './session.ts';
import { spread } from './workers.ts';

export interface LoadOptions {
  /** Requests running at the same time; default: all. */
  readonly concurrency?: number;
  readonly connections: number;
  /** Seconds for a request; 0: none. */
  readonly timeout: number;
}

export interface Load {
  readonly total: number;
  /** What the requests are called in the text. */
  readonly noun: string;
  prepare(): Promise<void>;
  request(chain: ChainClient, task: number): Promise<unknown>;
}

/** Prints what the original prints. Throws ClientError when a request failed. */
export async function runLoad(tool: Tool, load: Load, options: LoadOptions): Promise<void> {
  const { total, noun } = load;
  const concurrency = Math.min(options.concurrency ?? total, total);
  tool.print(`Preparing connections and ${noun}..`);
  const chains = Array.from({ length: options.connections }, () => tool.connect(options.timeout * 1000));
  await load.prepare();

  tool.print(`Sending ${noun}..`);
  let done = 0;
  const start = performance.now();
  const { success, failures } = await spread(total, concurrency, async (task, worker) => {
    const chain = chains[worker % chains.length];
    if (chain) await load.request(chain, task);
    done += 1;
    if (done % 100 === 0) tool.terminal.progress(`${done}/${total}`);
  });
  tool.terminal.progress('');
  tool.print(`\`${total}\` tasks finished in \`${Math.round(performance.now() - start)}\` ms`);
  tool.print(`\`${success}\` success, \`${failures.length}\` failure`);
  if (failures.length > 0) {
    throw new ClientError('bench failed', { cause: failures[0] });
  }
}
