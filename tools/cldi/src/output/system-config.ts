// The chain's configuration as JSON (docs/protocol/cldi.md 8.1).

import type { SystemConfig } from '@hexapod/protocol/controller';
import { hex } from './hex.ts';
import type { Json } from './json.ts';

export function systemConfigJson(config: SystemConfig): Json {
  return {
    admin: hex(config.admin),
    admin_pre_hash: hex(config.adminPreHash),
    block_interval: config.blockInterval,
    block_interval_pre_hash: hex(config.blockIntervalPreHash),
    block_limit: config.blockLimit,
    block_limit_pre_hash: hex(config.blockLimitPreHash),
    chain_id: hex(config.chainId),
    chain_id_pre_hash: hex(config.chainIdPreHash),
    emergency_brake: config.emergencyBrake,
    emergency_brake_pre_hash: hex(config.emergencyBrakePreHash),
    quota_limit: config.quotaLimit,
    quota_limit_pre_hash: hex(config.quotaLimitPreHash),
    validators: config.validators.map(hex),
    validators_pre_hash: hex(config.validatorsPreHash),
    version: config.version,
    version_pre_hash: hex(config.versionPreHash),
  };
}
