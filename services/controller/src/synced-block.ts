// Judging a block that a peer sent (docs/protocol/controller.md 12.5, rows 1 to 6): does it follow our head, did consensus
// decide it, may its transactions be in it. Row 7, finalizing, is the chain loop's.

import { Block } from '@hexapod/protocol/blockchain';
import { toHex } from '@hexapod/protocol/bytes';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { DecodeError } from '@hexapod/protocol/wire';
import { blockBytes, proposalBytes } from './block.ts';
import { checkRead, readBlock } from './block-reader.ts';
import type { Chain } from './chain.ts';
import { type Extension, requireNext } from './chain-loop.ts';
import type { ChainSuite } from './chain-suite.ts';
import type { Consensus, Crypto } from './neighbours.ts';
import { type BatchLimits, checkAllSignatures } from './signatures.ts';
import type { ReceivedBlock } from './sync-plan.ts';

export interface SyncedBlockModules {
  readonly chain: Chain;
  readonly consensus: Pick<Consensus, 'checkBlock'>;
  readonly crypto: Pick<Crypto, 'checkTransactions'>;
  readonly suite: Pick<ChainSuite, 'hash' | 'form'>;
}

/** Throws StatusError with the row's code. */
export async function judgeSyncedBlock(
  received: ReceivedBlock,
  limits: BatchLimits,
  { chain, consensus, crypto, suite }: SyncedBlockModules,
): Promise<Extension> {
  const message = decode(received.bytes);
  const { block, transactions } = await readBlock(message, suite);
  requireNext(block, chain, Code.BlockCheckError);

  // What was decided is rebuilt from the block: proof and state root were not part of it.
  const { proof, stateRoot } = message;
  const proposal = proposalBytes(chain.head.stateRoot, block);
  const decided = await consensus.checkBlock(block.height, proposal, proof);
  if (decided !== Code.Success) {
    throw new StatusError(
      decided,
      `consensus says ${codeName(decided)} to the proof of block ${block.height}`,
    );
  }

  for (const read of transactions) {
    const code = checkRead(read, chain, suite.form);
    if (code === Code.Success) continue;
    throw new StatusError(
      code,
      `transaction ${toHex(read.tx.hash)} of block ${block.height}: ${codeName(code)}`,
    );
  }
  const all = transactions.map(({ tx }) => tx);
  const signed = await checkAllSignatures(crypto, all, false, limits);
  if (signed !== Code.Success) {
    throw new StatusError(signed, `the signatures in block ${block.height}: ${codeName(signed)}`);
  }
  const bytes = blockBytes(block, proof, stateRoot);
  return { block, bytes, statedRoot: stateRoot, notNext: Code.BlockCheckError };
}

function decode(bytes: Uint8Array): Block {
  try {
    return Block.decode(bytes);
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new StatusError(Code.DecodeError, cause.message, { cause });
  }
}
