// A receipt as JSON (docs/protocol/cldi.md 8.1, docs/protocol/executor.md 10.1).

import type { Log, Receipt } from '@hexapod/protocol/evm';
import { hex } from './hex.ts';
import type { Json } from './json.ts';

export function receiptJson(receipt: Receipt): Json {
  return {
    block_hash: hex(receipt.blockHash),
    block_number: receipt.blockNumber,
    contract_addr: hex(receipt.contractAddress),
    cumulative_quota_used: hex(receipt.cumulativeQuotaUsed),
    error_msg: receipt.errorMessage,
    logs: receipt.logs.map(logJson),
    logs_bloom: hex(receipt.logsBloom),
    quota_used: hex(receipt.quotaUsed),
    state_root: hex(receipt.stateRoot),
    tx_hash: hex(receipt.transactionHash),
    tx_index: receipt.transactionIndex,
  };
}

function logJson(log: Log): Json {
  return {
    address: hex(log.address),
    block_number: log.blockNumber,
    data: hex(log.data),
    // Not the hash of the block: an internal one of the executor, hence the name.
    legacy_cita_block_hash: hex(log.blockHash),
    log_index: log.logIndex,
    topics: log.topics.map(hex),
    tx_hash: hex(log.transactionHash),
    tx_index: log.transactionIndex,
    tx_log_index: log.transactionLogIndex,
  };
}
