// network: links this node with the others.

import { runService } from '@hexapod/common/service';
import { tables } from './config.ts';

await runService({
  name: 'network',
  about: 'links this node with the other nodes of its chain',
  tables,
  start: async (context) => (await import('./start.ts')).start(context),
});
