// A client home for a new chain: the administrator as the account `admin`, and a context for each node; `default` is
// node 0 (docs/protocol/cldi.md 2, 3).

import { join } from 'node:path';
import { loadSuite } from '@hexapod/crypto/suite';
import { fromHex } from '@hexapod/protocol/bytes';
import { accountOf } from '@hexapod/sdk/account';
import { storedForm } from '@hexapod/sdk/account-file';
import { ClientHome } from '@hexapod/sdk/client-home';
import type { Context } from '@hexapod/sdk/contexts';
import { cryptoTypeOf } from '@hexapod/sdk/crypto-type';
import type { Chain } from './chain.ts';

const ACCOUNT = 'admin';
const REQUEST_TIMEOUT = 10;

/** Prepares the client home below the chain's data folder, unless it is there, and returns its path. */
export async function prepareClient(chain: Chain, adminKey: string): Promise<string> {
  const home = new ClientHome(join(chain.data, 'cldi'));
  const { accounts } = await home.keystore.list();
  if (accounts.some(({ name }) => name === ACCOUNT)) return home.folder;
  const suite = await loadSuite(chain.parameters.crypto);
  await home.keystore.add(ACCOUNT, storedForm(accountOf(suite, fromHex(adminKey))));
  const contextOf = (index: number): Context => {
    const ports = chain.nodes[index]?.ports;
    return {
      controller_addr: `127.0.0.1:${ports?.controller}`,
      executor_addr: `127.0.0.1:${ports?.executor}`,
      account_name: ACCOUNT,
      crypto_type: cryptoTypeOf(suite),
      consensus_type: 'BFT',
      connect_timeout: REQUEST_TIMEOUT,
    };
  };
  const contexts = new Map([['default', contextOf(0)]]);
  for (const { index } of chain.nodes) contexts.set(`node-${index}`, contextOf(index));
  await home.writeContexts({ defaultContext: 'default', contexts });
  return home.folder;
}
