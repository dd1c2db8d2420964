/**
 * What is known of a height from two proofs and the logs of nodes: who voted for what, which polkas there were, and what
 * the logs show that somebody did not do. All signatures were checked before.
 */
import type { Address, Certificate, Hash, SignedVote, WalRecord } from '../core/types.ts';

/** The write-ahead log of one node, oldest entry first. */
export interface NodeLog {
  readonly owner: Address;
  readonly records: readonly WalRecord[];
}

export type Ballot = Pick<SignedVote, 'round' | 'step' | 'hash'>;

export interface Evidence {
  /** Prevotes and precommits of each signer, each once, by round. */
  readonly ballots: ReadonlyMap<Address, readonly Ballot[]>;
  readonly polkas: readonly Certificate[];
  readonly logs: ReadonlyMap<Address, readonly LogOfHeight[]>;
}

/** What one log tells of the height. */
export interface LogOfHeight {
  readonly ballots: readonly Ballot[];
  readonly polkas: readonly Certificate[];
  /**
   * The log shows everything its owner said in rounds below this one: it goes on after them, and was not cut in them.
   * A lost end of a log makes the number smaller; a lost beginning makes it 0.
   */
  readonly completeBelow: number;
}

export function gather(height: number, proofs: readonly Certificate[], logs: readonly NodeLog[]): Evidence {
  const ballots = new Map<Address, Ballot[]>();
  const polkas = new Map<string, Certificate>();
  const byOwner = new Map<Address, LogOfHeight[]>();
  const note = (signer: Address, { round, step, hash }: Ballot): void => {
    const known = ballots.get(signer) ?? [];
    if (!known.some((one) => one.round === round && one.step === step && one.hash === hash))
      ballots.set(signer, [...known, { round, step, hash }]);
  };
  const noteCertificate = (certificate: Certificate): void => {
    for (const { signer } of certificate.votes) note(signer, certificate);
    if (certificate.step === 'prevote') polkas.set(`${certificate.round} ${certificate.hash}`, certificate);
  };
  proofs.forEach(noteCertificate);
  for (const { owner, records } of logs) {
    for (const vote of records.flatMap(ballotIn)) if (vote.height === height) note(owner, vote);
    for (const one of records.flatMap(certificatesIn)) if (one.height === height) noteCertificate(one);
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), logOfHeight(height, records)]);
  }
  for (const known of ballots.values()) known.sort((a, b) => a.round - b.round);
  return { ballots, polkas: [...polkas.values()], logs: byOwner };
}

function ballotIn(record: WalRecord): SignedVote[] {
  const isBallot =
    record.kind === 'vote' && (record.vote.step === 'prevote' || record.vote.step === 'precommit');
  return isBallot ? [record.vote] : [];
}

export function certificatesIn(record: WalRecord): Certificate[] {
  if (record.kind === 'polka' || record.kind === 'decision') return [record.certificate];
  return record.kind === 'proposal' && record.proposal.lock !== null ? [record.proposal.lock] : [];
}

function logOfHeight(height: number, records: readonly WalRecord[]): LogOfHeight {
  const from = records.findIndex((record) => record.kind === 'height' && record.height === height);
  const after =
    from < 0 ? -1 : records.findIndex((record, index) => index > from && record.kind === 'height');
  const own = from < 0 ? [] : records.slice(from + 1, after < 0 ? undefined : after);
  const rounds = own.flatMap((record) => (record.kind === 'round' ? [record.round] : []));
  const isOver = after >= 0 || own.some(({ kind }) => kind === 'decision');
  const end = isOver ? Infinity : Math.max(0, ...rounds);
  return {
    ballots: own.flatMap(ballotIn),
    polkas: own.flatMap(certificatesIn).filter(({ step }) => step === 'prevote'),
    completeBelow: from < 0 || isCut(records, from) ? 0 : end,
  };
}

/**
 * A log that was cut (`snapshot` in core/state.ts) begins with the last decision or the height in force, and says nothing
 * of what came before, be it earlier rounds or the way to that decision. One that begins so may have been cut.
 */
function isCut(records: readonly WalRecord[], from: number): boolean {
  const next = records[from + 1]?.kind;
  if (next !== 'round' && next !== 'decision') return false;
  return !records
    .slice(0, from)
    .some(({ kind }) => kind === 'vote' || kind === 'round' || kind === 'proposal');
}

/** Two votes of one signer for different things in one round and step; null when there are none. */
export function doubleVote(ballots: readonly Ballot[]): readonly [Ballot, Ballot] | null {
  for (const [index, second] of ballots.entries()) {
    const first = ballots
      .slice(0, index)
      .find(({ round, step }) => round === second.round && step === second.step);
    if (first !== undefined) return [first, second];
  }
  return null;
}

/** Whether the logs of somebody show that it did not prevote a value in a round. */
export function isDenied(evidence: Evidence, signer: Address, round: number, hash: Hash): boolean {
  const logs = evidence.logs.get(signer);
  if (logs === undefined || logs.some(({ completeBelow }) => completeBelow <= round)) return false;
  const known = evidence.ballots.get(signer) ?? [];
  return !known.some((ballot) => ballot.step === 'prevote' && ballot.round === round && ballot.hash === hash);
}
