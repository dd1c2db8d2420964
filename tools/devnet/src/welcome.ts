// The text a newcomer reads when the chain stands: where to connect, and what to type for a first contract.

import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Chain } from './chain.ts';

const COUNTER = fileURLToPath(new URL('../../../examples/counter/Counter.json', import.meta.url));
const CounterSchema = z.object({ selectors: z.record(z.string(), z.string()) });

/** Shortest form of a path for a person in this folder. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short || '.';
}

export function welcome(chain: Chain, cldiHome: string): string {
  const { selectors } = CounterSchema.parse(JSON.parse(readFileSync(COUNTER, 'utf8')));
  const data = shortPath(chain.data);
  const devnet = `npm run -s devnet -- `;
  const suffix = data === '.devnet' ? '' : ` --data ${data}`;
  return `
The chain stands. In a second terminal, in this folder:

  export CLDI_HOME=${shortPath(cldiHome)}                        # a client with the administrator's account
  npm run -s cldi -- get block-number
  npm run -s cldi -- create $(cat examples/counter/Counter.bin)  # deploy the Counter; prints the transaction's hash
  npm run -s cldi -- get receipt <hash>                          # its contract_addr
  npm run -s cldi -- send <contract> ${selectors['add()'] ?? ''}                 # add()
  npm run -s cldi -- call <contract> ${selectors['count()'] ?? ''}                 # count()

  ${devnet}node stop ${chain.nodes.length - 1}${suffix}                       # the others go on, if they are more than two thirds
  ${devnet}node start ${chain.nodes.length - 1}${suffix}                      # it catches up

Logs: ${data}/devnet-<node>/logs/. Ctrl-C stops everything; the data stays in ${data}.
`;
}
