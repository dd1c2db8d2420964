// Finishing what a crash interrupted: the blocks of the log against the head that storage knows
// (docs/protocol/controller.md 9.5; section 18, weaknesses 1 and 2: a record is never thrown away for having failed).

import type { Logger } from '@hexapod/common/log';
import { Block } from '@hexapod/protocol/blockchain';
import { equalBytes } from '@hexapod/protocol/bytes';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { DecodeError } from '@hexapod/protocol/wire';
import { blockBytes } from './block.ts';
import type { BlockLog } from './block-log.ts';
import { readBlock } from './block-reader.ts';
import type { Chain } from './chain.ts';
import { requireNext } from './chain-loop.ts';
import type { ChainSuite } from './chain-suite.ts';
import type { Finalizer } from './finalize.ts';

export interface RedoModules {
  readonly chain: Chain;
  readonly blockLog: BlockLog;
  readonly finalizer: Pick<Finalizer, 'execute' | 'complete' | 'govern'>;
  readonly suite: Pick<ChainSuite, 'hash'>;
  readonly log: Logger;
}

/** Redoes the newest blocks of the log: what the head governs, and the block above it. */
export async function redo(modules: RedoModules): Promise<void> {
  const { blockLog, log } = modules;
  for (const record of await blockLog.newestFirst()) {
    try {
      if ((await redoBlock(record, modules)) === 'done') return;
    } catch (error) {
      if (!(error instanceof StatusError || error instanceof DecodeError)) throw error;
      log.warn(
        { err: error },
        'a block of the log cannot be redone; it will come from consensus or from a peer',
      );
    }
  }
}

async function redoBlock(
  record: Uint8Array,
  { chain, finalizer, log, suite }: RedoModules,
): Promise<'done' | 'other'> {
  const message = Block.decode(record);
  const { block } = await readBlock(message, suite);
  const { height } = block;
  if (height === chain.height && equalBytes(block.hash, chain.head.hash)) {
    // Stored, but perhaps not governed yet; what was applied is not applied again, its previous hash has moved.
    chain.amend(await finalizer.govern(chain.config, block));
    return 'done';
  }
  if (height !== chain.height + 1n) return 'other';
  requireNext(block, chain, Code.BlockCheckError);
  log.info({ height, hash: block.hash }, 'redoing a block of the log');
  const bytes = blockBytes(block, message.proof, message.stateRoot);
  const stateRoot = await finalizer.execute(block, bytes, message.stateRoot);
  await finalizer.complete(block, bytes, message.stateRoot, stateRoot);
  return 'done';
}
