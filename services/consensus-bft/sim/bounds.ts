/** Boundedness: nothing that others fill grows with their zeal. */
import { Breach } from './ledger.ts';
import type { World } from './world.ts';

/** Looks now and then: what grows without bound is found soon enough. */
export function checkBounds(world: World): void {
  if (world.events % 64 !== 0) return;
  const n = world.nodes.length;
  for (const { state, name } of world.nodes) {
    const sizes: [string, number, number][] = [
      ['offers', state.proposals.offers.size, n + 2],
      ['blocks', state.proposals.blocks.size, 2 * n + 8],
      ['newviews', state.votes.newviews.size, n],
      ['ballots', state.votes.ballots.prevote.size + state.votes.ballots.precommit.size, 2 * n],
      ['early', state.early.size, 2 * n + 2],
      ['decided', state.decided.size, 100],
      ['signing', state.signing.size, 6],
      ['answered', state.answered.size, 4 * n + 64],
    ];
    for (const [what, size, bound] of sizes) {
      if (size > bound) throw new Breach('boundedness', `${name} keeps ${size} ${what}, bound ${bound}`);
    }
  }
}
