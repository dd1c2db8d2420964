// The numbers a controller runs with: its tables of the config file, in the units of the code, and what is no setting.

import { type ControllerTable, fileConfig, type GenesisTable, type SystemTable } from './config.ts';
import type { ConsensusRequestOptions } from './consensus-requests.ts';
import type { ForwardOptions } from './forward-buffer.ts';
import type { IntakeOptions } from './intake.ts';
import type { PoolLimits } from './pool.ts';
import type { SignatureQueueOptions } from './signature-queue.ts';
import type { BatchLimits } from './signatures.ts';
import type { StartOptions } from './start.ts';
import type { SyncServerOptions } from './sync-server.ts';
import type { SynchronizerOptions } from './synchronizer.ts';

export interface ControllerOptions {
  readonly start: StartOptions;
  readonly pool: PoolLimits;
  readonly intake: IntakeOptions;
  readonly signatures: SignatureQueueOptions;
  /** Transactions per signature check of a batch. */
  readonly batch: BatchLimits;
  /** Absent: transactions of users are not broadcast. */
  readonly forward: ForwardOptions | undefined;
  readonly consensus: ConsensusRequestOptions;
  readonly sync: SynchronizerOptions;
  readonly syncServer: SyncServerOptions;
  readonly reconnectIntervalMs: number;
  readonly growthIntervalMs: number;
  readonly healthTimeoutMs: number;
  readonly retryIntervalMs: number;
}

const MEBIBYTE = 1024 * 1024;
/** Signatures per call of the crypto process: enough to keep its workers busy, few enough to answer soon. */
const BATCH: BatchLimits = { maxCount: 1000, maxBytes: 8 * MEBIBYTE };

/** @param address of this node, 20 bytes. */
export function controllerOptions(
  tables: { controller: ControllerTable; genesis_block: GenesisTable; system_config: SystemTable },
  address: Uint8Array,
): ControllerOptions {
  const table = tables.controller;
  const retryIntervalMs = table.server_retry_interval * 1000;
  const validatorLength = table.validator_address_len;
  return {
    start: {
      address,
      // The proposals of one height that consensus may still decide on.
      maxCandidateBytes: 4 * table.max_proposal_bytes,
      port: table.controller_port,
      retryIntervalMs,
      maxLogBytes: 4 * table.max_proposal_bytes,
      validatorLength,
      config: fileConfig(tables.system_config),
      genesis: tables.genesis_block,
    },
    pool: { maxCount: table.max_pool_count, maxBytes: table.max_pool_bytes },
    intake: { maxTxBytes: table.max_tx_bytes, validatorLength },
    signatures: { windowMs: table.verify_window_ms, maxBatch: BATCH.maxCount, maxWaiting: 20_000 },
    batch: BATCH,
    forward: table.enable_forward ? forwardOptions(table) : undefined,
    consensus: { maxProposalBytes: table.max_proposal_bytes, validatorLength },
    sync: {
      interval: BigInt(table.sync_interval),
      requests: table.sync_req,
      timeoutMs: 15_000,
      maxBytes: 256 * MEBIBYTE,
      retryIntervalMs,
      commitGraceMs: 3_000,
      statusInterval: table.send_chain_status_interval_sync,
    },
    syncServer: {
      maxAnswerBytes: 8 * MEBIBYTE,
      maxBlocks: 1000,
      maxBytes: 128 * MEBIBYTE,
      maxWaiting: 64,
      maxWaitingPerPeer: 16,
    },
    reconnectIntervalMs: table.origin_node_reconnect_interval * 1000,
    growthIntervalMs: table.inner_block_growth_check_interval * 1000,
    healthTimeoutMs: table.health_check_timeout * 1000,
    retryIntervalMs,
  };
}

function forwardOptions(table: ControllerTable): ForwardOptions {
  return {
    // The original's 300 µs make dozens of messages out of one burst (docs/protocol/controller.md 18, weakness 26).
    windowMs: Math.max(table.forward_window_ms, Math.ceil(table.buffer_duration / 1000)),
    maxCount: table.count_per_batch,
    maxBytes: 2 * MEBIBYTE,
    maxWaitingBytes: 64 * MEBIBYTE,
  };
}
