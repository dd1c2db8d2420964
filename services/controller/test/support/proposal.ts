// Proposals made by hand: as an honest node makes them, with changes.

import { Block, type BlockHeader, type RawTransaction } from '@hexapod/protocol/blockchain';
import { zero } from '@hexapod/protocol/bytes';
import { BFTProposal, ProposalEnum } from '@hexapod/protocol/common';
import { transactionsRoot } from '@hexapod/protocol/rules';
import { normal } from './accounts.ts';
import { EPOCH, type TestChain } from './chain.ts';

export interface ProposalChanges {
  readonly body?: readonly RawTransaction[];
  readonly header?: Partial<BlockHeader>;
  readonly block?: Partial<Block>;
  readonly bft?: Partial<BFTProposal>;
}

/** The bytes of a proposal on top of the first node's head. */
export function proposal({ nodes, suite }: TestChain, changes: ProposalChanges = {}): Uint8Array {
  const body = [...(changes.body ?? [])];
  const hashes = body.map(({ tx }) => tx?.value.transactionHash ?? zero(32));
  const { head } = nodes[0].controller.chain;
  const header: BlockHeader = {
    prevhash: head.hash,
    timestamp: BigInt(EPOCH),
    height: head.height + 1n,
    transactionsRoot: transactionsRoot(suite.hash, hashes),
    proposer: new Uint8Array(20).fill(5),
    ...changes.header,
  };
  const block = Block.create({ header, body: { body }, ...changes.block });
  const value = BFTProposal.create({ preStateRoot: head.stateRoot, proposal: block, ...changes.bft });
  return ProposalEnum.encode({ proposal: { case: 'bftProposal', value } });
}

/** A transaction of the user that is valid until height 10. */
export function transfer(
  { chainId, suite, user }: TestChain,
  nonce: string,
  quota = 100_000n,
): RawTransaction {
  return normal(suite, user, { chainId, validUntilBlock: 10n, nonce, quota });
}
