// The storage process: keeps blocks and chain data (docs/protocol/storage.md).

import { runService } from '@hexapod/common/service';
import { tables } from './config.ts';

await runService({
  name: 'storage',
  about: 'keeps blocks and chain data',
  tables,
  start: async (context) => (await import('./start.ts')).start(context),
});
