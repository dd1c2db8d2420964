// The chain of an original node, block by block through our rules: what is stored and answered is what was recorded.

import { Block } from '@hexapod/protocol/blockchain';
import { toHex } from '@hexapod/protocol/bytes';
import { ProposalWithProof } from '@hexapod/protocol/common';
import { SystemConfig } from '@hexapod/protocol/controller';
import { describe, expect, it } from 'vitest';
import { blockBytes, proposalBytes } from '../src/block.ts';
import { readBlock } from '../src/block-reader.ts';
import { configMessage } from '../src/queries.ts';
import { settle, within } from './support/chain.ts';
import type { TestNode } from './support/node.ts';
import { recordedCalls, recordedChain, recordedNode } from './support/recordings.ts';

const chain = recordedChain();
const HEAD = BigInt(chain.length - 1);

/** The proposals that consensus decided on node 0, by height. */
const decided = new Map(
  recordedCalls()
    .filter(({ path }) => path.endsWith('/CommitBlock'))
    .map(({ req }) => ProposalWithProof.decode(req))
    .map(({ proposal, proof }) => [proposal?.height, { data: proposal?.data, proof }]),
);

/** Commits the recorded blocks above the node's head, each checked as a proposal first. */
async function follow(node: TestNode, upTo: bigint, clock: Parameters<typeof within>[0]): Promise<void> {
  const { requests } = node.controller;
  for (const { height, block } of chain.slice(Number(node.controller.chain.height) + 1, Number(upTo) + 1)) {
    const message = Block.decode(block);
    const { block: content } = await readBlock(message, { hash: async (data) => node.suite.hash(data) });
    const data = proposalBytes(node.controller.chain.head.stateRoot, content);
    await within(clock, requests.checkProposal(height, data));
    await within(clock, requests.commitBlock(height, data, message.proof));
  }
}

describe('the recorded chain', () => {
  it('is stored, governed and answered as recorded', async () => {
    const { clock, node } = await recordedNode(chain);
    await within({ clock }, node.start());
    await follow(node, HEAD, { clock });
    const { queries } = node.controller;
    expect(node.controller.chain.height).toBe(HEAD);
    for (const { block, config, hash, height } of chain) {
      expect(toHex(await queries.blockHash(height))).toBe(toHex(hash));
      expect(toHex(Block.encode(await queries.blockDetail(height)))).toBe(toHex(block));
      const before = await queries.systemConfigByNumber(height);
      // The original failed at height 0 (controller.md 5.4): there it is the configuration of the first block.
      expect(toHex(SystemConfig.encode(before))).toBe(toHex(config ?? chain[1]?.config ?? new Uint8Array(0)));
    }
  });

  it('is the same after a restart at any height with governance in it', async () => {
    const { clock, node } = await recordedNode(chain);
    await within({ clock }, node.start());
    for (const height of [40n, 60n, 80n, 100n, HEAD]) {
      await follow(node, height, { clock });
      await settle();
      const before = configMessage(node.controller.chain.config);
      node.kill();
      await within({ clock }, node.start());
      expect(configMessage(node.controller.chain.config)).toEqual(before);
      expect(node.controller.chain.height).toBe(height);
    }
  });

  it('gives the proposals that consensus decided, byte for byte', async () => {
    const suite = (await recordedNode(chain)).node.suite;
    let compared = 0;
    for (const { block, height } of chain.slice(1)) {
      const recorded = decided.get(height);
      const parent = chain[Number(height) - 1];
      if (recorded?.data === undefined || parent === undefined) continue;
      const message = Block.decode(block);
      const { block: content } = await readBlock(message, { hash: async (data) => suite.hash(data) });
      expect(toHex(proposalBytes(Block.decode(parent.block).stateRoot, content))).toBe(toHex(recorded.data));
      expect(toHex(message.proof)).toBe(toHex(recorded.proof));
      expect(toHex(blockBytes(content, message.proof, message.stateRoot))).toBe(toHex(block));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(100);
  });
});
