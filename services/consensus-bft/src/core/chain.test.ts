/** Rules C1, C2, D1 and W9: what the controller may say, and when. */
import { beforeEach, describe, expect, test } from 'vitest';
import { recover, snapshot, step } from './core.ts';
import type { State } from './state.ts';
import type {
  Address,
  Alarm,
  Certificate,
  Configuration,
  Event,
  Hash,
  Options,
  Output,
  Proposal,
  VoteStep,
  WalRecord,
} from './types.ts';
import { NIL } from './types.ts';

const NAMES = ['A', 'B', 'C', 'D'] as Address[];
const [V1, V2] = ['v1', 'v2'] as [Hash, Hash];
const RAW = new Uint8Array(8);
const SIGNATURE = new Uint8Array(0);
/** D never leads the heights 1 and 2 in round 0. */
const OPTIONS: Options = {
  self: 'D' as Address,
  lowLimitInterval: 600,
  proposeShare: 0.8,
  maxProposalExponent: 8,
  resumeWithoutWal: false,
  successor: false,
  rollback: false,
};

let state: State;
let log: WalRecord[];
let now: number;

function take(event: Event): Output {
  now += 10;
  const output = step(state, event, now);
  log.push(...output.persist);
  return output;
}

function configure(height: number, change: Partial<Configuration> = {}): Output {
  return take({
    kind: 'configured',
    configuration: { height, interval: 3000, validators: NAMES, ...change },
  });
}

/** Answers every request to sign and to check. */
function serve(output: Output): void {
  for (const request of output.ask) {
    if (request.kind === 'sign') serve(take({ kind: 'signed', id: request.id, signature: SIGNATURE }));
    if (request.kind === 'check') {
      serve(take({ kind: 'checked', height: request.height, hash: request.hash, verdict: 'valid' }));
    }
  }
}

const proposal = (height: number, signer: string, hash = V1): Event => {
  const place = { height, round: 0, hash, raw: RAW, lock: null };
  const signed: Proposal = { ...place, signer: signer as Address, signature: SIGNATURE };
  return { kind: 'proposal', proposal: signed, from: 1n };
};
const certificate = (step: Certificate['step'], height: number, hash = V1, names = NAMES): Event => {
  const votes = names.slice(0, 3).map((signer) => ({ signer, signature: SIGNATURE }));
  return { kind: 'certificate', certificate: { height, round: 0, step, hash, votes }, from: 1n };
};
const newview = (height: number, round: number, signer: string): Event => {
  const vote = { height, round, step: 'newview' as VoteStep, hash: NIL };
  return { kind: 'vote', vote: { ...vote, signer: signer as Address, signature: SIGNATURE }, from: 1n };
};
const alarms = ({ ask }: Output): Alarm['kind'][] =>
  ask.flatMap((request) => (request.kind === 'alarm' ? [request.alarm.kind] : []));

beforeEach(() => {
  [state, log, now] = [recover(OPTIONS, []), [], 0];
});

describe('C2: the height in force', () => {
  beforeEach(() => configure(0));

  test('the interval counts at once', () => {
    configure(0, { interval: 9000 });
    expect(state.pace.interval).toBe(9000);
    configure(0, { interval: 1 });
    expect(state.pace.interval).toBe(600);
    configure(0, { interval: 0 });
    expect(state.pace.interval).toBe(3000);
  });

  test('other validators begin the height anew: nothing the old ones said counts', () => {
    take(proposal(1, 'B'));
    take(newview(1, 0, 'A'));
    expect(state.votes.newviews.size).toBe(1);
    const others = ['D', 'E', 'F'] as Address[];
    expect(alarms(configure(0, { validators: others }))).toEqual([]);
    expect(state.validators).toEqual(others);
    expect(state.votes.newviews.size + state.proposals.offers.size).toBe(0);
    expect(recover(OPTIONS, log)).toMatchObject({ height: 1, round: 0 });
  });

  test('not after a vote of our own, a polka or a decision: then it is an alarm', () => {
    serve(take(proposal(1, 'B')));
    expect(state.said.prevote?.hash).toBe(V1);
    expect(alarms(configure(0, { validators: ['D'] as Address[] }))).toEqual(['validators-changed-midway']);
    expect(state.validators).toEqual(NAMES);
  });

  test('nor when the old validators have decided', () => {
    take(certificate('precommit', 1));
    expect(alarms(configure(0, { validators: ['D'] as Address[] }))).toEqual(['validators-changed-midway']);
    expect(state.decision?.hash).toBe(V1);
  });
});

describe('C2: a higher height', () => {
  test('one higher: what came early for it is taken up, judged by its validators', () => {
    configure(0);
    take(proposal(2, 'C'));
    take(newview(2, 0, 'B'));
    take(certificate('prevote', 2));
    expect(state.early.size).toBe(3);
    serve(configure(1));
    expect(state.height).toBe(2);
    expect(state.early.size).toBe(0);
    expect(state.votes.newviews.get('B' as Address)).toBe(0);
    expect(state.lock?.hash).toBe(V1);
  });

  test('by validators that are none there it is forgotten', () => {
    configure(0);
    take(certificate('precommit', 2));
    configure(1, { validators: ['D', 'E', 'F', 'G'] as Address[] });
    expect(state.decision).toBeNull();
  });

  test('several higher: from there on, and the log says so', () => {
    configure(0);
    take(proposal(2, 'C'));
    configure(41);
    expect(state).toMatchObject({ height: 42, round: 0, early: new Map() });
    expect(recover(OPTIONS, log).height).toBe(42);
  });
});

describe('C2: a lower height', () => {
  /** D at height 2 after a decision it committed. */
  function commitOne(): void {
    configure(0);
    serve(take(proposal(1, 'B')));
    take(certificate('precommit', 1));
    const configuration = { height: 1, interval: 3000, validators: NAMES };
    take({ kind: 'committed', height: 1, result: { kind: 'done', configuration } });
    expect(state.height).toBe(2);
  }

  test('a block that the controller lost is handed over again', () => {
    commitOne();
    const { send, ask } = configure(0);
    expect(send).toMatchObject([{ kind: 'commit', height: 1, hash: V1 }]);
    expect(ask.filter(({ kind }) => kind === 'alarm')).toEqual([]);
    expect(state.height).toBe(2);
  });

  test('also right after a restart, from the log, and from a log that was cut', () => {
    commitOne();
    for (const records of [log, snapshot(state)]) {
      state = recover(OPTIONS, records);
      expect(configure(0).send).toMatchObject([{ kind: 'commit', height: 1, hash: V1 }]);
    }
  });

  test('a controller that was rolled back is named once and not followed', () => {
    configure(9);
    expect(alarms(configure(3))).toEqual(['controller-behind']);
    expect(alarms(configure(3))).toEqual([]);
    expect(state).toMatchObject({ height: 10, behind: true });
    configure(9);
    expect(state.behind).toBe(false);
  });

  test('unless an operator said so, once', () => {
    state = recover({ ...OPTIONS, rollback: true }, []);
    configure(9);
    configure(3);
    expect(state).toMatchObject({ height: 4, round: 0, lock: null });
    configure(2);
    expect(state).toMatchObject({ height: 4, behind: true });
  });
});

describe('D1: what contradicts a decision', () => {
  test('at a height that is over, by its own validators: silence, and both are kept as evidence', () => {
    configure(0);
    serve(take(proposal(1, 'B')));
    take(certificate('precommit', 1));
    const configuration = { height: 1, interval: 3000, validators: ['D', 'E', 'F', 'G'] as Address[] };
    take({ kind: 'committed', height: 1, result: { kind: 'done', configuration } });
    // Three of those who decide now are nobody in height 1.
    expect(alarms(take(certificate('precommit', 1, V2, ['D', 'E', 'F'] as Address[])))).toEqual([]);
    expect(alarms(take(certificate('precommit', 1, V2)))).toEqual(['conflict']);
    expect(state.halted).toBe(true);
  });

  test('what was at the signer then is not said', () => {
    configure(0);
    const { ask } = take(proposal(1, 'B'));
    const { ask: signing } = take({ kind: 'checked', height: 1, hash: V1, verdict: 'valid' });
    const id = signing.flatMap((request) => (request.kind === 'sign' ? [request.id] : []))[0] ?? 0;
    expect(ask.length * id).toBeGreaterThan(0);
    take(certificate('prevote', 1));
    take(certificate('prevote', 1, V2));
    expect(state.halted).toBe(true);
    expect(take({ kind: 'signed', id, signature: SIGNATURE })).toEqual(
      expect.objectContaining({ persist: [], send: [] }),
    );
  });
});

describe('W9: a log that cannot know', () => {
  test('without a log no vote in the height that the controller names, but in the next', () => {
    configure(6);
    expect(state.silentThrough).toBe(7);
    serve(take(proposal(7, NAMES[7 % 4] ?? 'A')));
    expect(state.said.prevote).toBeNull();
    configure(7);
    serve(take(proposal(8, NAMES[8 % 4] ?? 'A')));
    expect(state.said.prevote?.hash).toBe(V1);
  });

  test('before the first block there was nothing to vote for', () => {
    configure(0);
    expect(state.silentThrough).toBe(-1);
  });

  test('an operator may say that forgetting is safe', () => {
    state = recover({ ...OPTIONS, resumeWithoutWal: true }, []);
    configure(6);
    expect(state.silentThrough).toBe(-1);
  });

  test('after another program neither, whatever the own log says', () => {
    state = recover({ ...OPTIONS, successor: true }, [{ kind: 'height', height: 7 }]);
    configure(6);
    expect(state.silentThrough).toBe(7);
  });
});
