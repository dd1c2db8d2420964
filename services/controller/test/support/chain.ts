// A chain of test nodes and the consensus between them, reduced to its outcome: one proposes, all check, all commit.

import { VirtualClock } from '@hexapod/common/clock';
import { parseConfig } from '@hexapod/common/config';
import type { Logger } from '@hexapod/common/log';
import { loadSuite, type Suite } from '@hexapod/crypto/suite';
import { zero } from '@hexapod/protocol/bytes';
import { type ControllerTable, tables } from '../../src/config.ts';
import type { OwnProposal } from '../../src/consensus-requests.ts';
import { type ControllerOptions, controllerOptions } from '../../src/options.ts';
import { type Account, account } from './accounts.ts';
import { Hub } from './hub.ts';
import { type Disks, proofOf, TestNode } from './node.ts';

/** Milliseconds since 1970: when these chains begin. */
export const EPOCH = 1_700_000_000_000;

export interface TestChain {
  readonly suite: Suite;
  readonly clock: VirtualClock;
  readonly hub: Hub;
  readonly nodes: readonly [TestNode, ...TestNode[]];
  readonly admin: Account;
  readonly user: Account;
  readonly chainId: Uint8Array;
}

export interface ChainSettings {
  readonly nodes?: number;
  readonly suite?: 'sm' | 'eth';
  readonly blockLimit?: number;
  readonly quotaLimit?: number;
  readonly log?: Logger;
  /** What the first node finds at its start. */
  readonly disks?: Disks;
  /** Changes keys of the [controller] table. */
  readonly controller?: Partial<ControllerTable>;
  readonly adjust?: (options: ControllerOptions) => ControllerOptions;
}

/** Makes nodes; none is started. */
export async function makeChain(settings: ChainSettings = {}): Promise<TestChain> {
  const suite = await loadSuite(settings.suite ?? 'eth');
  const clock = new VirtualClock(EPOCH);
  const hub = new Hub();
  const count = settings.nodes ?? 1;
  const admin = account(suite, 1000);
  const chainId = suite.hash(new TextEncoder().encode('test chain'));
  const accounts = Array.from({ length: count }, (_, n) => account(suite, n));
  const options = (address: Uint8Array) => {
    const config = parseConfig('test.toml', configText(settings, admin, chainId, accounts), tables);
    const made = controllerOptions(
      { ...config, controller: { ...config.controller, ...settings.controller } },
      address,
    );
    return settings.adjust?.(made) ?? made;
  };
  const nodes = accounts.map((own, index) => {
    const log = settings.log && { log: settings.log };
    const disks = index === 0 && settings.disks && { disks: settings.disks };
    return new TestNode({ suite, clock, hub, account: own, options: options(own.address), ...log, ...disks });
  });
  const [first, ...others] = nodes;
  if (first === undefined) throw new RangeError('a chain has at least one node');
  return { suite, clock, hub, nodes: [first, ...others], admin, user: account(suite, 2000), chainId };
}

function configText(
  settings: ChainSettings,
  admin: Account,
  chainId: Uint8Array,
  accounts: Account[],
): string {
  return `
[controller]
node_address = "node_address"
[genesis_block]
timestamp = ${EPOCH - 60_000}
prevhash = "${zero(32).toHex()}"
[system_config]
version = 0
chain_id = "${chainId.toHex()}"
admin = "${admin.address.toHex()}"
block_interval = 3
validators = [${accounts.map(({ address }) => `"${address.toHex()}"`).join(', ')}]
block_limit = ${settings.blockLimit ?? 20}
quota_limit = ${settings.quotaLimit ?? 1073741824}
`;
}

/** Lets everything that is under way happen, without time passing. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets time pass until `condition` holds; throws when it does not within `limitMs` of virtual time. */
export async function eventually(
  { clock }: Pick<TestChain, 'clock'>,
  condition: () => boolean,
  limitMs = 120_000,
): Promise<void> {
  for (let passed = 0; !condition(); passed += 10) {
    if (passed > limitMs) throw new Error(`not within ${limitMs} ms: ${condition}`);
    await clock.advanceAsync(10);
  }
}

/** A promise settles although it needs timers to fire. */
export async function within<T>(chain: Pick<TestChain, 'clock'>, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const done = () => {
    isSettled = true;
  };
  promise.then(done, done);
  await eventually(chain, () => isSettled);
  return promise;
}

/** One height: `proposer` proposes, the others check, all commit. */
export async function makeBlock(proposer: TestNode, others: readonly TestNode[] = []): Promise<OwnProposal> {
  const proposal = await proposer.controller.requests.getProposal();
  const { data, height } = proposal;
  for (const node of others) await node.controller.requests.checkProposal(height, data);
  for (const node of [proposer, ...others]) {
    await node.controller.requests.commitBlock(height, data, proofOf(height));
  }
  return proposal;
}
