// The controller process: owns the chain (docs/protocol/controller.md).

import { runService } from '@hexapod/common/service';
import { tables } from './config.ts';

await runService({
  name: 'controller',
  about: 'owns the chain: admits transactions, builds and checks proposals, finalizes and syncs blocks',
  tables,
  start: async (context) => (await import('./process.ts')).startProcess(context),
});
