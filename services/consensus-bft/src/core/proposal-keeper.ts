/**
 * Proposals of the height in force, at most one per round, and the blocks they carry with what is known of each.
 * Bounded: rounds from the current one to n beyond it, and no block that nothing refers to.
 */
import type { Hash, Proposal } from './types.ts';

/** `unchecked` → `checking` → a verdict; `unknown` (the controller could not say) goes back to `unchecked`. */
export type BlockState = 'unchecked' | 'checking' | 'unknown' | 'valid' | 'invalid';

export interface Block {
  readonly raw: Uint8Array;
  state: BlockState;
  /** Already in the write-ahead log. */
  stored: boolean;
}

/** A proposal as received; `sound` is false when its proof of lock does not hold. */
export interface Offer {
  readonly proposal: Proposal;
  readonly sound: boolean;
}

export interface ProposalKeeper {
  readonly offers: Map<number, Offer>;
  readonly blocks: Map<Hash, Block>;
}

export function newProposalKeeper(): ProposalKeeper {
  return { offers: new Map(), blocks: new Map() };
}

/** Keeps the raw block once; a block already known keeps its verdict. */
export function keepBlock(
  keeper: ProposalKeeper,
  hash: Hash,
  raw: Uint8Array,
  state: BlockState = 'unchecked',
): Block {
  const known = keeper.blocks.get(hash);
  if (known !== undefined) return known;
  const block: Block = { raw, state, stored: false };
  keeper.blocks.set(hash, block);
  return block;
}

export function isValid(keeper: ProposalKeeper, hash: Hash): boolean {
  return keeper.blocks.get(hash)?.state === 'valid';
}

/** Drops offers of rounds below `round`, and blocks that neither an offer nor one of `wanted` refers to. */
export function forgetBelow(keeper: ProposalKeeper, round: number, wanted: Iterable<Hash>): void {
  const kept = new Set<Hash>(wanted);
  for (const [at, offer] of keeper.offers) {
    if (at < round) keeper.offers.delete(at);
    else kept.add(offer.proposal.hash);
  }
  for (const hash of keeper.blocks.keys()) {
    if (!kept.has(hash)) keeper.blocks.delete(hash);
  }
}

/** Questions the controller could not answer may be asked again. */
export function askAgain(keeper: ProposalKeeper): void {
  for (const block of keeper.blocks.values()) {
    if (block.state === 'unknown') block.state = 'unchecked';
  }
}
