/**
 * When things are due (docs/protocol/consensus.md 3.6, rule T1 of 8.2). The interval is a minimum spacing that only the
 * leader keeps: everybody enters a height as soon as the last one is committed and waits for votes, not for clocks.
 */
import type { Address, Options } from './types.ts';
import type { VoteKeeper } from './vote-keeper.ts';

export interface Pace {
  /** T, ms: the interval in force. */
  interval: number;
  /** When round 0 of the height begins: its leader proposes no earlier. Monotonic ms. */
  startsAt: number;
  /** Extra wait of the leader because somebody's clock runs behind: originals lose a proposal that comes early. */
  guard: number;
}

const DEFAULT_INTERVAL = 3000;

/** T from the configured interval: 0 means the default, and no interval is below the lower limit. */
export function intervalOf(configured: number, options: Options): number {
  return configured === 0 ? DEFAULT_INTERVAL : Math.max(configured, options.lowLimitInterval);
}

/** How long a round waits for its proposal, or its leader for a quorum: P × 2^min(r, cap). */
export function proposeWait(pace: Pace, round: number, options: Options): number {
  return pace.interval * options.proposeShare * 2 ** Math.min(round, options.maxProposalExponent);
}

/** How long a voter waits for the certificate: P × (r + 1). */
export function voteWait(pace: Pace, round: number, options: Options): number {
  return pace.interval * options.proposeShare * (round + 1);
}

/**
 * T1: the next height begins one interval after the last one began, by the interval that ruled until now, or at once
 * when that moment has passed. A height that is over has begun: so who entered late, after a sync, and waited for a
 * beginning of its own falls in step with the others at the first decision, and does not let them wait when it leads.
 */
export function startNext(pace: Pace, now: number): void {
  const began = Math.min(pace.startsAt, now);
  pace.startsAt = Math.max(now, began + pace.interval);
}

/**
 * A peer that took part in the height but did not prevote in its first round, although we led it, probably got the
 * proposal before it had entered the height. Wait a little longer next time; less again when all is well.
 */
export function learnGuard(pace: Pace, votes: VoteKeeper, others: readonly Address[]): void {
  const late = others.some((peer) => votes.heard.has(peer) && !votes.promptVoters.has(peer));
  if (late) pace.guard = Math.min(pace.guard + pace.interval / 20, pace.interval / 4);
  else pace.guard = pace.guard < 5 ? 0 : pace.guard * 0.75;
}

/** Waits of repeated attempts: doubling from `first`, never above the interval. */
export function backOff(pace: Pace, first: number, attempt: number): number {
  return Math.min(pace.interval, first * 2 ** Math.min(attempt, 16));
}

/** R1: what was said without effect is said again, ever more rarely, at least once per interval. */
export function resendAfter(pace: Pace, resends: number): number {
  return backOff(pace, pace.interval / 4, resends);
}
