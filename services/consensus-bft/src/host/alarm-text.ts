/** Alarms of the core as lines for an operator: what happened, with whom, and what to do. */
import type { Alarm, Certificate, Proposal, SignedVote } from '../core/types.ts';

export function alarmText(alarm: Alarm): string {
  switch (alarm.kind) {
    case 'equivocation':
      return `validator ${alarm.first.signer} signed both ${said(alarm.first)} and ${said(alarm.second)}: it lies, or runs twice`;
    case 'conflict': {
      const both = [...signers(alarm.first)].filter((signer) => signers(alarm.second).has(signer));
      return (
        `THE CHAIN HAS FORKED: ${quorum(alarm.first)} against ${quorum(alarm.second)}; in both: ${both.join(', ')}. ` +
        'This validator is silent from now on: stop the chain and compare the blocks of all nodes'
      );
    }
    case 'commit-refused':
      return `the controller refuses the decided block ${alarm.hash} of height ${alarm.height} with code ${alarm.code}: it is offered again`;
    case 'controller-behind':
      return (
        `the controller stands at height ${alarm.controller}, but this validator has voted at ${alarm.height}: it waits ` +
        'until the controller has caught up. If the chain was rolled back on all nodes, set rollback = true in [consensus_bft]'
      );
    case 'validators-changed-midway':
      return `the controller names other validators for height ${alarm.height}, in which this one has voted already: ignored until the next height`;
  }
}

function said(statement: SignedVote | Proposal): string {
  const step = 'step' in statement ? statement.step : 'proposal';
  return `${step} ${statement.hash} at ${statement.height}/${statement.round}`;
}

function quorum({ height, round, step, hash }: Certificate): string {
  return `${step}s for ${hash} at ${height}/${round}`;
}

function signers(certificate: Certificate): Set<string> {
  return new Set(certificate.votes.map((vote) => vote.signer));
}
