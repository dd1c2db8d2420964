// `cldi context`: which chain is talked to, as whom (docs/protocol/cldi.md 8.3).

import { ClientError } from '@hexapod/sdk/client-error';
import type { Command } from 'commander';
import type { Run } from './run.ts';

export function addContextCommands(program: Command, run: Run): void {
  const context = program
    .command('context')
    .alias('ctx')
    .description('save and choose where commands go, and as whom');
  context
    .command('save')
    .description('save the current setting, with the options before the subcommand, under a name')
    .argument('<context-name>')
    .addHelpText(
      'after',
      '\nExample:\n  cldi -r 127.0.0.1:51004 -e 127.0.0.1:51002 -u alice context save node1\n',
    )
    .action((name: string) =>
      run(async ({ home, context: setting }) => {
        const saved = await home.readContexts();
        await home.writeContexts({ ...saved, contexts: new Map([...saved.contexts, [name, setting]]) });
      }),
    );
  context
    .command('list')
    .aliases(['ls', 'l'])
    .description('the saved contexts, the current setting and the default')
    .action(() =>
      run(async (tool) => {
        const { defaultContext, contexts } = await tool.home.readContexts();
        tool.printJson({
          contexts: Object.fromEntries(contexts),
          current_context: tool.context,
          default_context: defaultContext,
        });
      }),
    );
  addChangingCommands(context, run);
}

function addChangingCommands(context: Command, run: Run): void {
  context
    .command('delete')
    .aliases(['del', 'rm'])
    .description('forget a saved context')
    .argument('<context-name>')
    .action((name: string) =>
      run(async ({ home }) => {
        const { defaultContext, contexts } = await home.readContexts();
        const kept = new Map(contexts);
        if (!kept.delete(name)) {
          throw new ClientError(`context \`${name}\` not found`, {
            hint: '`cldi context list` shows the saved ones',
          });
        }
        await home.writeContexts({ defaultContext, contexts: kept });
      }),
    );
  context
    .command('default')
    .description('use a saved context from now on')
    .argument('<context-name>')
    .action((name: string) =>
      run(async ({ home, session }) => {
        const saved = await home.readContexts();
        const chosen = saved.contexts.get(name);
        // Without a blank after `context`, as scripts know it.
        if (!chosen)
          throw new ClientError(`context\`${name}\` not found`, { hint: '`cldi context list` shows them' });
        await home.writeContexts({ ...saved, defaultContext: name });
        session.current = { ...session.current, context: chosen };
      }),
    );
}
