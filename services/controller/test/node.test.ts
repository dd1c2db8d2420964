// A whole controller: start, transactions, blocks, queries (docs/protocol/controller.md 3, 8, 10).

import { equalBytes } from '@hexapod/protocol/bytes';
import { Code } from '@hexapod/protocol/status-code';
import { describe, expect, it } from 'vitest';
import { normal } from './support/accounts.ts';
import { makeBlock, makeChain, settle, within } from './support/chain.ts';
import { codeOf } from './support/node.ts';

describe('a new chain', () => {
  it('stores genesis and tells consensus to begin', async () => {
    const { nodes } = await makeChain();
    const controller = await nodes[0].start();
    await settle();
    expect(controller.queries.blockNumber()).toBe(0n);
    expect((await controller.queries.blockByNumber(0n)).header?.height).toBe(0n);
    expect(nodes[0].reconfigured.map(({ height }) => height)).toEqual([0n]);
  });

  it('takes a transaction into a block', async () => {
    const chain = await makeChain({ nodes: 2 });
    const [first, second] = chain.nodes;
    for (const node of chain.nodes) await node.start();
    const raw = normal(chain.suite, chain.user, { chainId: chain.chainId, validUntilBlock: 10n, nonce: 'a' });
    const hash = await within(chain, first.controller.intake.submit(raw));
    const proposal = await makeBlock(first, second ? [second] : []);
    expect(proposal.isEmpty).toBe(false);
    for (const { controller } of chain.nodes) {
      expect(await controller.queries.transactionBlockNumber(hash)).toBe(1n);
      expect(controller.pool.size).toBe(0);
    }
    expect(await codeOf(within(chain, first.controller.intake.submit(raw)))).toBe(Code.HistoryDupTx);
    const [one, two] = await Promise.all(
      chain.nodes.map(({ controller }) => controller.queries.stateRoot(1n)),
    );
    expect(one && two && equalBytes(one, two)).toBe(true);
  });
});
