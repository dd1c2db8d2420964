/** Events and actions as short lines that a person can read; the golden scenarios are made of the same lines. */
import type {
  Certificate,
  Event,
  Message,
  Outgoing,
  Proposal,
  Request,
  Vote,
  WalRecord,
} from '../src/core/types.ts';
import { NIL } from '../src/core/types.ts';

function name(hash: string): string {
  return hash === NIL ? 'nil' : hash;
}

function place({ height, round }: { height: number; round: number }): string {
  return `${height}/${round}`;
}

function vote(v: Vote): string {
  return `${v.step} ${place(v)}${v.step.startsWith('newview') ? '' : ` ${name(v.hash)}`}`;
}

function certificate(c: Certificate): string {
  return `${c.step}s ${place(c)} ${name(c.hash)} of ${c.votes.map((v) => v.signer).join('+')}`;
}

function proposal(p: Omit<Proposal, 'raw' | 'signature' | 'signer'>): string {
  return `proposal ${place(p)} ${name(p.hash)}${p.lock === null ? '' : ` locked in ${p.lock.round}`}`;
}

export function message(m: Message): string {
  switch (m.kind) {
    case 'proposal':
      return proposal(m.proposal);
    case 'vote':
      return vote(m.vote);
    case 'certificate':
      return certificate(m.certificate);
    case 'fetch':
      return `fetch ${m.height} ${name(m.hash)}`;
    case 'block':
      return `block ${m.height}`;
  }
}

/** Null for what only repeats the node's own timers and signatures. */
export function event(e: Event): string | null {
  switch (e.kind) {
    case 'configured':
      return `configured ${e.configuration.height} [${e.configuration.validators.join(' ')}]`;
    case 'proposal':
    case 'vote':
    case 'certificate':
      return `got ${message(e)}`;
    case 'fetch':
      return `got fetch ${e.height} ${name(e.hash)}`;
    case 'block':
      return `got block ${e.height} ${name(e.hash)}`;
    case 'built':
      return e.value === null ? 'built nothing' : `built ${name(e.value.hash)}`;
    case 'checked':
      return `checked ${name(e.hash)}: ${e.verdict}`;
    case 'committed':
      return `committed ${e.height}: ${e.result.kind}`;
    case 'signed':
      return e.signature === null ? 'signing failed' : null;
    case 'timer':
      return `timer ${e.timer}`;
  }
}

export function walRecord(r: WalRecord): string {
  switch (r.kind) {
    case 'height':
      return `log height ${r.height}`;
    case 'round':
      return `log round ${place(r)}`;
    case 'block':
      return `log block ${name(r.hash)}${r.own ? ' (own)' : ''}`;
    case 'proposal':
      return `log ${proposal(r.proposal)}`;
    case 'vote':
      return `log ${vote(r.vote)}`;
    case 'polka':
      return `log ${r.locked ? 'lock' : 'polka'} ${place(r.certificate)} ${name(r.certificate.hash)}`;
    case 'decision':
      return `log decision ${place(r.certificate)} ${name(r.certificate.hash)}`;
  }
}

export function outgoing(o: Outgoing): string {
  if (o.kind === 'commit') return `commit ${o.height} ${name(o.hash)}`;
  const to = o.to.kind === 'all' ? 'all' : o.to.kind === 'validator' ? o.to.address : `#${o.to.origin}`;
  return `to ${to}: ${message(o.message)}`;
}

/** Null for timers and signatures. */
export function request(r: Request): string | null {
  switch (r.kind) {
    case 'sign':
    case 'timer':
      return null;
    case 'build':
      return `ask value ${r.height}`;
    case 'check':
      return `ask check ${name(r.hash)}`;
    case 'ping':
      return 'ask ping';
    case 'alarm':
      return `ALARM ${r.alarm.kind}`;
  }
}
