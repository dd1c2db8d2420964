/**
 * Table [consensus_bft] of the config file (docs/protocol/consensus.md 3.1): the original's keys, and three of ours. A key
 * that means nothing here is read all the same, so that a folder of the original's starts; `ineffectiveKeys` names it.
 */
import { boolean, count, metricsKeys, milliseconds, path, port, seconds, text } from '@hexapod/common/config';
import { z } from 'zod';

const phase = count(1, 1_000_000);

const table = z.object({
  network_port: port.default(50000),
  consensus_port: port.default(50001),
  controller_port: port.default(50004),
  crypto_port: port.default(50005),
  /** File with the own address, 40 hex digits. */
  node_address: text.default(''),
  block_interval: milliseconds.default(3000),
  issue_nil_block: boolean.default(true),
  whole_phase: phase.default(30),
  propose_phase: phase.default(24),
  prevote_phase: phase.default(6),
  precommit_phase: phase.default(6),
  commit_phase: phase.default(4),
  /** ms: no interval is below it. */
  low_limit_interval: milliseconds.default(600),
  /** Between attempts to reach crypto, network and controller at the start. */
  server_retry_interval: seconds.default(2),
  /** The original's log; ours is the folder beside it with `-hexapod` added to its name (rule W9). */
  wal_path: path.default('./data/wal'),
  authority_path: path.default('./data/authorities'),
  /** Cap of the exponent in the proposal wait. */
  max_proposal_time_coef: count(0, 32).default(8),
  ...metricsKeys(60001),
  /**
   * Vote at once although the own log does not show what this validator signed in the height. Only when every node of
   * the chain is stopped at the same height and has lost its log, or its program was exchanged.
   */
  resume_without_wal: boolean.default(false),
  /** Follow a controller that was rolled back below what this validator signed. Only while all nodes are rolled back. */
  rollback: boolean.default(false),
  /** The longest message of a peer that is looked at, bytes. */
  max_message_bytes: count(1 << 16, 1 << 28).default(1 << 26),
});

export const tables = { consensus_bft: table };
export type BftConfig = z.output<typeof table>;

const PACE = 'votes are waited for as long as proposals, set propose_phase and whole_phase';
/** Why a key of the original's has no effect. */
const WITHOUT_EFFECT = {
  block_interval: "the controller's interval counts, and nothing happens before it is known",
  issue_nil_block: 'the controller decides what an empty block is, and one is made per interval',
  prevote_phase: PACE,
  precommit_phase: PACE,
  commit_phase: 'the controller is asked until it has committed',
  authority_path: 'the validators are asked of the controller at each start',
} as const satisfies Partial<Record<keyof BftConfig, string>>;

/** A line for each key that was set to something, and changes nothing. */
export function ineffectiveKeys(config: BftConfig): string[] {
  const defaults: BftConfig = table.parse({});
  const keys = Object.keys(WITHOUT_EFFECT) as (keyof typeof WITHOUT_EFFECT)[];
  return keys
    .filter((key) => config[key] !== defaults[key])
    .map((key) => `[consensus_bft] ${key} = ${config[key]} has no effect: ${WITHOUT_EFFECT[key]}`);
}
