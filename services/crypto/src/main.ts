// The crypto process: the node's key, and the chain's hash and signatures (docs/protocol/crypto.md).

import { runService } from '@hexapod/common/service';
import { tables } from './config.ts';

await runService({
  name: 'crypto',
  about: "holds the node's key: signs, and checks signatures and hashes",
  tables,
  exactlyOneOf: ['crypto_sm', 'crypto_eth'],
  options: { privateKey: true },
  start: async (context) => (await import('./start.ts')).start(context),
});
