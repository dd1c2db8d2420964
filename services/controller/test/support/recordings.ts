// The recordings in test/fixtures (see the README there).

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { VirtualClock } from '@hexapod/common/clock';
import { parseConfig } from '@hexapod/common/config';
import { loadSuite } from '@hexapod/crypto/suite';
import { Block } from '@hexapod/protocol/blockchain';
import { fromHex } from '@hexapod/protocol/bytes';
import { Code } from '@hexapod/protocol/status-code';
import { z } from 'zod';
import { tables } from '../../src/config.ts';
import { controllerOptions } from '../../src/options.ts';
import { account } from './accounts.ts';
import { Hub } from './hub.ts';
import { TestNode } from './node.ts';

const hex = z.string().transform(fromHex);

const recordedBlock = z.object({
  height: z.number().transform(BigInt),
  hash: hex,
  /** PB(Block) with proof and state root. */
  block: hex,
  /** PB(controller.SystemConfig); absent where the original failed. */
  config: hex.nullable(),
});
export type RecordedBlock = z.output<typeof recordedBlock>;

const recordedCall = z.object({
  n: z.number(),
  /** Milliseconds since the start of the recording. */
  t: z.number(),
  path: z.string(),
  req: hex,
  res: hex.optional(),
  err: z.object({ code: z.number(), details: z.string() }).optional(),
});
export type RecordedCall = z.output<typeof recordedCall>;

function lines(name: string): unknown[] {
  const text = gunzipSync(readFileSync(new URL(`../fixtures/${name}.jsonl.gz`, import.meta.url))).toString(
    'utf8',
  );
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** All blocks, genesis first. */
export function recordedChain(): RecordedBlock[] {
  return lines('recorded-chain').map((line) => recordedBlock.parse(line));
}

/** In the order in which they were answered. */
export function recordedCalls(): RecordedCall[] {
  return lines('recorded-calls').map((line) => recordedCall.parse(line));
}

/** An executor that knows the state roots of the recorded chain. */
class RecordedExecutor {
  readonly #roots: Uint8Array[];
  #height = -1;

  constructor(chain: readonly RecordedBlock[]) {
    this.#roots = chain.map(({ block }) => Block.decode(block).stateRoot);
  }

  exec(bytes: Uint8Array): { code: Code; stateRoot: Uint8Array } {
    const height = Number(Block.decode(bytes).header?.height ?? 0n);
    const stateRoot = this.#roots[height] ?? new Uint8Array(0);
    if (height <= this.#height) return { code: Code.ReenterBlock, stateRoot };
    if (height > this.#height + 1) return { code: Code.ProposalTooHigh, stateRoot: new Uint8Array(0) };
    this.#height = height;
    return { code: Code.Success, stateRoot };
  }
}

/** What the recorded nodes were started with (the tables of node 0's config file). */
export const RECORDED = {
  chainId: '94e64ef9cd9cb638b359cd703a3cec3b5bcf0893541c6e9ecdd2e3a6912e965c',
  admin: '729a7b3f215339b4981546673c8f61cc0c5dc37d',
  genesisTimestamp: 1795359823735,
  blockInterval: 1,
  blockLimit: 100,
  validators: [
    '2bf6fe8f7369909dc026fe944f8c205b19b1dfce',
    '824287591763603d28032baf97b326a24f798d6a',
    '5052d3fd63b8a7108c2f3ef92c1e777b2cd3f2cb',
    '5fa6e66c44eb662eff11d35a00cafa99af50994d',
  ],
} as const;

/** A node in the place of recorded node 0, with the recorded executor. Not started. */
export async function recordedNode(
  chain: readonly RecordedBlock[],
): Promise<{ node: TestNode; hub: Hub; clock: VirtualClock }> {
  const suite = await loadSuite('sm');
  const clock = new VirtualClock(RECORDED.genesisTimestamp);
  const hub = new Hub();
  const address = fromHex(RECORDED.validators[0]);
  const options = controllerOptions(parseConfig('recorded.toml', configText(), tables), address);
  // The recorded key signs nothing here: signatures of ours are not compared.
  const own = { privateKey: account(suite, 0).privateKey, address };
  const executor = new RecordedExecutor(chain);
  return { node: new TestNode({ suite, clock, hub, account: own, options, executor }), hub, clock };
}

function configText(): string {
  const { admin, blockInterval, blockLimit, chainId, genesisTimestamp, validators } = RECORDED;
  return `
[controller]
node_address = "node_address"
[genesis_block]
timestamp = ${genesisTimestamp}
prevhash = "0x${'00'.repeat(32)}"
[system_config]
version = 0
chain_id = "${chainId}"
admin = "${admin}"
block_interval = ${blockInterval}
validators = ${JSON.stringify(validators)}
block_limit = ${blockLimit}
quota_limit = 1073741824
`;
}
