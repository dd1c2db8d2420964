/** The executor process: `run -c config.toml -l executor-log4rs.yaml`. */
import { runService } from '@hexapod/common/service';
import { tables } from './config.ts';

await runService({
  name: 'executor',
  about: 'executes blocks and answers calls: the EVM of the chain',
  bareExitCode: 0,
  tables,
  start: async (context) => (await import('./start.ts')).start(context),
});
