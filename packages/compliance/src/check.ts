// A check is one sentence of a service's contract and the call that proves it. A suite is a list of checks; it runs
// under a test runner or alone (main.ts), against any implementation.

import { deepStrictEqual, ok } from 'node:assert/strict';
import type { Message, Outcome, Peer } from './peer.ts';

export interface Check {
  /** The sentence, with the section of docs/protocol that says it. */
  readonly name: string;
  run(peer: Peer): Promise<void>;
}

export interface Suite {
  /** The process: `storage`, `crypto`, … */
  readonly process: string;
  readonly checks: readonly Check[];
}

export const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** An 8-byte big-endian key. */
export function be64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(value);
  return buffer;
}

/** The answer of a call that must succeed at the gRPC level. */
export function answerOf(outcome: Outcome): Message {
  ok(outcome.ok, outcome.ok ? '' : `gRPC error ${outcome.grpcCode} "${outcome.text}" instead of an answer`);
  return outcome.message;
}

/** The status code in an answer: its own `code`, or that of its submessage `status`; undefined when absent. */
export function codeOf(outcome: Outcome): number | undefined {
  const message = answerOf(outcome);
  const status = 'status' in message ? message.status : message;
  return (status as { code?: number } | null)?.code;
}

/** The call must end in this gRPC error with exactly this text. */
export function expectError(outcome: Outcome, grpcCode: number, text: string): void {
  deepStrictEqual(outcome.ok ? outcome.message : { grpcCode: outcome.grpcCode, text: outcome.text }, {
    grpcCode,
    text,
  });
}

/** The call must be answered with a message or a gRPC error whose text says something: the process lives. */
export function expectSurvived(outcome: Outcome): void {
  if (outcome.ok) return;
  // 14 UNAVAILABLE: the process is gone, or cut the connection.
  ok(outcome.grpcCode !== 14 && outcome.grpcCode !== 4, `gRPC error ${outcome.grpcCode} "${outcome.text}"`);
  ok(outcome.text.length > 0, `gRPC error ${outcome.grpcCode} without a text`);
}
