// `cldi admin`: changes of the chain's configuration, for its administrator (docs/protocol/cldi.md 8.4).

import { parseAddress, parseValidatorAddress } from '@hexapod/sdk/parse-value';
import { sendSystemChange } from '@hexapod/sdk/send-system-change';
import type { SystemChange } from '@hexapod/sdk/system-change';
import { Argument, type Command } from 'commander';
import { parsedBy, u64, unsigned } from '../arguments.ts';
import { during } from '../explained-chain.ts';
import { hex } from '../output/hex.ts';
import type { Run } from './run.ts';

export function addAdminCommands(program: Command, run: Run): void {
  const admin = program
    .command('admin')
    .description("change the chain's configuration; the current account must be the chain's admin (see -u)");
  const send = (action: string, change: SystemChange): Promise<void> =>
    run(async (tool) => {
      const account = await tool.account();
      const attempt = `failed to send \`${action}\` utxo`;
      tool.print(hex(await during(attempt, sendSystemChange(tool.chain, account, change))));
    });

  admin
    .command('update-admin')
    .description('hand the administration over to another account')
    .argument('<admin>', 'address of the new admin', parsedBy(parseAddress))
    .action((address: Uint8Array) => send('update_admin', { item: 'admin', address }));
  admin
    .command('update-validators')
    .description('replace the list of validators')
    .addArgument(
      new Argument('<validator...>', 'addresses of all validators, in the order of their turns').argParser(
        (text, previous: Uint8Array[] | undefined) => [
          ...(previous ?? []),
          parsedBy(parseValidatorAddress)(text),
        ],
      ),
    )
    .action((addresses: Uint8Array[]) => send('update_validators', { item: 'validators', addresses }));
  admin
    .command('set-block-interval')
    .description('set the time from block to block')
    .argument('<block_interval>', 'seconds', unsigned('block interval', 32))
    .action((seconds: number) => send('set_block_interval', { item: 'block-interval', seconds }));
  admin
    .command('emergency-brake')
    .description('refuse all normal transactions, or take them again')
    .addArgument(new Argument('<switch>', 'on or off').choices(['on', 'off']))
    .action((state: 'on' | 'off') =>
      send('emergency_brake', { item: 'emergency-brake', isOn: state === 'on' }),
    );
  admin
    .command('set-quota-limit')
    .description('set how much quota one block, and one transaction, may have')
    .argument('<quota_limit>', 'quota', u64('quota limit'))
    .action((quota: bigint) => send('set_quota_limit', { item: 'quota-limit', quota }));
}
