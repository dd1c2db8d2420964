// When a failed call is tried again: the originals' policy, the same for every rpc (docs/protocol/common.md 6).

import { GrpcStatus } from './rpc-error.ts';

export interface RetryPolicy {
  /** Attempts in total. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  /** Each wait varies by this part, up and down. */
  readonly jitter: number;
  /** No attempt once the time passed and the next wait together exceed this. */
  readonly budgetMs: number;
}

export const RETRY_POLICY: RetryPolicy = {
  attempts: 10,
  firstDelayMs: 100,
  factor: 1.5,
  maxDelayMs: 5_000,
  jitter: 0.2,
  budgetMs: 10_000,
};

export const NO_RETRY: RetryPolicy = { ...RETRY_POLICY, attempts: 1 };

const RETRYABLE: ReadonlySet<number> = new Set([
  GrpcStatus.UNKNOWN,
  GrpcStatus.RESOURCE_EXHAUSTED,
  GrpcStatus.ABORTED,
  GrpcStatus.OUT_OF_RANGE,
  GrpcStatus.INTERNAL,
  GrpcStatus.UNAVAILABLE,
  GrpcStatus.DATA_LOSS,
]);

/**
 * The wait before the next attempt after `failures` failed ones, ms; undefined when the last error is final.
 * `random` is a number in [0, 1).
 */
export function nextDelay(
  policy: RetryPolicy,
  grpcCode: number,
  failures: number,
  elapsedMs: number,
  random: number,
): number | undefined {
  if (!RETRYABLE.has(grpcCode) || failures >= policy.attempts) return undefined;
  const nominal = Math.min(policy.firstDelayMs * policy.factor ** (failures - 1), policy.maxDelayMs);
  const delay = nominal * (1 + policy.jitter * (2 * random - 1));
  return elapsedMs + delay > policy.budgetMs ? undefined : delay;
}
