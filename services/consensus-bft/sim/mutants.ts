/** Cores with one rule broken each, as a change of their text: what the simulator has to find (hunt.ts). */
export interface Mutant {
  readonly name: string;
  /** Below the service's folder. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

const rules = 'src/core/rules.ts';
const turn = 'src/core/turn.ts';
const inbox = 'src/core/inbox.ts';
const state = 'src/core/state.ts';
const quorum = 'src/core/quorum.ts';
const chain = 'src/core/chain.ts';

const unlogged = (kind: string): Omit<Mutant, 'name'> => ({
  file: turn,
  from: 'turn.persist.push(entry);',
  to: `if (entry.kind !== '${kind}') turn.persist.push(entry);`,
});

/** The entry is logged, but only what comes after it makes it durable: what was said may be ahead of the disk. */
const unsynced = (kind: string): Omit<Mutant, 'name'> => ({
  file: 'sim/node.ts',
  from: 'for (const out of output.send) this.outbox.push({ after: this.written, out });',
  to: `const late = output.persist.some((record) => record.kind === '${kind}') ? output.persist.length : 0;
    for (const out of output.send) this.outbox.push({ after: this.written - late, out });`,
});

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'V1: the lock is forgotten when prevoting',
    file: rules,
    from: 'if (lock === null || lock.hash === proposal.hash) return',
    to: 'if (lock !== undefined) return',
  },
  {
    name: 'V1: a new round forgets the lock',
    file: state,
    from: 'Object.assign(state, new OfRound(), { round });',
    to: 'Object.assign(state, new OfRound(), { round, lock: null });',
  },
  {
    name: 'V2: any proof of lock unlocks',
    file: rules,
    from: 'lock.round <= proposal.lock.round ?',
    to: 'proposal.lock.round >= 0 ?',
  },
  {
    name: 'V2: the proof of lock is not checked',
    file: inbox,
    from: 'if (lock === null) return true;',
    to: 'if (lock !== undefined) return true;',
  },
  {
    name: 'V2: the proof of lock may be for another value',
    file: inbox,
    from: "lock.step !== 'prevote' || lock.hash !== hash ||",
    to: "lock.step !== 'prevote' ||",
  },
  {
    name: 'V3: no verdict is waited for',
    file: rules,
    from: "if (block?.state !== 'valid') return undecided;",
    to: '',
  },
  {
    name: 'V3: a refused block counts as valid',
    file: chain,
    from: 'block.state = verdict;',
    to: "block.state = verdict === 'invalid' ? 'valid' : verdict;",
  },
  {
    name: 'L1: a polka of an older round locks',
    file: rules,
    from: 'polka.round !== state.round || state.said.precommit',
    to: 'polka.round > state.round || state.said.precommit',
  },
  {
    name: 'L1: precommits without a lock',
    file: rules,
    from: 'certificate: polka, locked: true',
    to: 'certificate: polka, locked: false',
  },
  {
    name: 'L1: prevotes again after a restart',
    file: state,
    from: "if (vote.step === 'prevote' && state.step === 'propose') state.step = 'prevote';",
    to: "if (vote.step === 'prevote') state.said.prevote = null;",
  },
  {
    name: 'quorum − 1',
    file: quorum,
    from: 'Math.floor((2 * n) / 3) + 1',
    to: 'Math.max(1, Math.floor((2 * n) / 3))',
  },
  {
    name: 'a certificate is not counted',
    file: quorum,
    from: 'if (votes.length < quorumOf(validators.length)) return false;',
    to: '',
  },
  {
    name: 'a certificate counts a signer twice',
    file: quorum,
    from: 'return signers.size === votes.length;',
    to: 'return signers.size > 0;',
  },
  {
    name: 'a certificate counts anybody',
    file: quorum,
    from: 'if (!validators.includes(signer)) return false;',
    to: '',
  },
  {
    name: 'a certificate is not verified at all',
    file: inbox,
    from: 'if (height > state.height + 1 || !isQuorum(certificate, state.validators)) return;',
    to: 'if (height > state.height + 1) return;',
  },
  {
    name: 'L3, R2: newviews of keys that are no validator’s count',
    file: inbox,
    from: 'if (!state.validators.includes(signer) || signer === state.options.self) return;',
    to: 'if (signer === state.options.self) return;',
  },
  {
    name: 'an early certificate is not counted anew by its own validators',
    file: inbox,
    from: 'for (const event of early.values()) onPeer(turn, event);',
    to: `for (const event of early.values()) {
    if (event.kind !== 'certificate') onPeer(turn, event);
    else if (event.certificate.step === 'prevote') turn.state.polka = event.certificate;
    else turn.state.decision = event.certificate;
  }`,
  },
  {
    name: 'ballots outlive their round',
    file: state,
    from: 'clearBallots(state.votes);',
    to: '',
  },
  { name: 'W1: votes are not logged', ...unlogged('vote') },
  { name: 'W2: blocks are not logged', ...unlogged('block') },
  { name: 'W2: proposals are not logged', ...unlogged('proposal') },
  { name: 'W3: locks are not logged', ...unlogged('polka') },
  { name: 'W5: rounds are not logged', ...unlogged('round') },
  {
    name: 'W1: speaks before the log is synced',
    file: 'sim/node.ts',
    from: '(this.outbox[0]?.after ?? 0) <= this.synced',
    to: 'this.outbox[0] !== undefined',
  },
  { name: 'W1: no sync before a vote leaves', ...unsynced('vote') },
  {
    name: 'W8: a log that is cut loses the lock',
    file: state,
    from: 'if (lock !== null) records.push(',
    to: 'if (lock === undefined) records.push(',
  },
  {
    name: 'W8: a log that is cut loses the votes',
    file: state,
    from: "if (vote?.signed) records.push({ kind: 'vote', vote: vote.signed });",
    to: '',
  },
  {
    name: 'D1: decides on prevotes',
    file: rules,
    from: "certify(state.votes, 'precommit', state.validators)",
    to: "certify(state.votes, 'prevote', state.validators)",
  },
  {
    name: 'D1: a polka is taken for a decision',
    file: inbox,
    from: "if (certificate.step === 'precommit') {\n    state.decision",
    to: 'if (certificate.step !== undefined) {\n    state.decision',
  },
  {
    name: 'D1: a decision of an older round is ignored',
    file: inbox,
    from: 'if (state.decision !== null) return;\n',
    to: "if (state.decision !== null || (step === 'precommit' && round < state.round)) return;\n",
  },
  {
    name: 'P1: a leader forgets the polka',
    file: rules,
    from: 'const hash = state.valid?.hash ?? state.own;',
    to: 'const hash = state.own;',
  },
  {
    name: 'P1: a leader proposes twice',
    file: rules,
    from: "state.step !== 'propose' || state.said.proposal !== null)",
    to: "state.step !== 'propose' || state.said.proposal?.signed === null)",
  },
  {
    name: 'P2: anybody may propose',
    file: inbox,
    from: 'if (height > state.height + 1 || leaderOf(state.validators, height, round) !== signer) return;',
    to: 'if (height > state.height + 1) return;',
  },
  {
    name: 'R1: newviews are said once',
    file: 'src/core/core.ts',
    from: '      resend(turn);\n',
    to: '',
  },
  {
    name: 'R2: one newview moves the round',
    file: rules,
    from: 'faultsOf(state.validators.length) + 1',
    to: '1',
  },
  {
    name: 'R2: nobody leaves a round',
    file: rules,
    from: 'if (round < state.round) return false;',
    to: 'if (round >= 0) return false;',
  },
  {
    name: 'R3: stragglers get no answer',
    file: inbox,
    from: "tell(turn, { kind: 'origin', origin: from }, { kind: 'certificate', certificate });",
    to: '',
  },
  {
    name: 'C2: the validators of the last height',
    file: chain,
    from: 'state.early = new Map();\n  state.validators = configuration.validators;',
    to: 'state.early = new Map();\n  if (state.validators.length === 0) state.validators = configuration.validators;',
  },
];
