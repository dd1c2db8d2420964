/** consensus-bft: agrees with the other validators on the next block. */
import { runService } from '@hexapod/common/service';
import { tables } from './config.ts';

await runService({
  name: 'consensus',
  about: 'agrees with the other validators on the next block',
  tables,
  start: async (context) => (await import('./service.ts')).start(context),
});
