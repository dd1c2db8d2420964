// What users read (docs/protocol/controller.md 10): answers from storage as they are, from the pool, and from memory.

import { Block, CompactBlock, RawTransaction } from '@hexapod/protocol/blockchain';
import { be64, readBe64 } from '@hexapod/protocol/bytes';
import { NodeStatus } from '@hexapod/protocol/common';
import type { SystemConfig as SystemConfigMessage } from '@hexapod/protocol/controller';
import { Region } from '@hexapod/protocol/rules';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { DecodeError } from '@hexapod/protocol/wire';
import type { Chain } from './chain.ts';
import type { Governance } from './governance.ts';
import { hashKey } from './hash-key.ts';
import type { Network, Storage } from './neighbours.ts';
import type { Peers } from './peers.ts';
import type { Pool } from './pool.ts';
import type { Synchronizer } from './synchronizer.ts';
import type { SystemConfig } from './system-config.ts';

/** What clients are told: the version of the protocol, not of this program. */
const VERSION = '6.6.3';

export interface QueryModules {
  readonly chain: Chain;
  readonly storage: Pick<Storage, 'load'>;
  readonly network: Pick<Network, 'peerCount' | 'peers'>;
  readonly governance: Pick<Governance, 'configAt'>;
  /** In force for the first block. */
  readonly initialConfig: SystemConfig;
  readonly pool: Pick<Pool, 'get'>;
  readonly peers: Pick<Peers, 'known'>;
  readonly sync: Pick<Synchronizer, 'isSyncing'>;
}

/** Every method throws StatusError with the code of the table in section 10. */
export class Queries {
  readonly #modules: QueryModules;

  constructor(modules: QueryModules) {
    this.#modules = modules;
  }

  blockNumber(): bigint {
    return this.#modules.chain.height;
  }

  heightByHash(hash: Uint8Array): Promise<bigint> {
    return this.#height(Region.blockHash2blockHeight, hash, Code.NoBlockHeight);
  }

  async blockByHash(hash: Uint8Array): Promise<CompactBlock> {
    return this.blockByNumber(await this.heightByHash(hash));
  }

  async blockByNumber(height: bigint): Promise<CompactBlock> {
    const value = await this.#load(Region.compactBlock, be64(height), Code.NoBlock);
    return decoded(() => CompactBlock.decode(value));
  }

  stateRoot(height: bigint): Promise<Uint8Array> {
    return this.#load(Region.result, be64(height), Code.NoStateRoot);
  }

  proof(height: bigint): Promise<Uint8Array> {
    return this.#load(Region.proof, be64(height), Code.NoProof);
  }

  /** The original says NoBlockHeight, too, although it is the hash that is missing. */
  blockHash(height: bigint): Promise<Uint8Array> {
    return this.#load(Region.blockHash, be64(height), Code.NoBlockHeight);
  }

  /** Failures carry the storage's own code. */
  async blockDetail(height: bigint): Promise<Block> {
    const value = await this.#load(Region.fullBlock, be64(height), undefined);
    return decoded(() => Block.decode(value));
  }

  /** From storage, or still pending. */
  async transaction(hash: Uint8Array): Promise<RawTransaction> {
    const { code, value } = await this.#modules.storage.load(Region.transactions, hash);
    const bytes = code === Code.Success ? value : this.#modules.pool.get(hashKey(hash))?.bytes;
    if (bytes === undefined) throw new StatusError(Code.NoTransaction, `no transaction: ${codeName(code)}`);
    return decoded(() => RawTransaction.decode(bytes));
  }

  async transactionBlockNumber(hash: Uint8Array): Promise<bigint> {
    const height = await this.#height(Region.transactionHash2blockHeight, hash, Code.NoTxHeight);
    await this.#height(Region.transactionIndex, hash, Code.NoTxIndex);
    return height;
  }

  async transactionIndex(hash: Uint8Array): Promise<bigint> {
    await this.#height(Region.transactionHash2blockHeight, hash, Code.NoTxHeight);
    return this.#height(Region.transactionIndex, hash, Code.NoTxIndex);
  }

  systemConfig(): SystemConfigMessage {
    return configMessage(this.#modules.chain.config);
  }

  async systemConfigByNumber(height: bigint): Promise<SystemConfigMessage> {
    const { chain, governance, initialConfig } = this.#modules;
    return configMessage(
      await governance.configAt(height, { initial: initialConfig, current: chain.config }),
    );
  }

  async nodeStatus(): Promise<NodeStatus> {
    const { chain, network, peers, sync } = this.#modules;
    const [count, connected] = await Promise.all([network.peerCount(), network.peers()]);
    for (const { code } of [count, connected]) {
      if (code !== Code.Success) throw new StatusError(Code.NetworkServerNotReady, codeName(code));
    }
    return NodeStatus.create({
      isSync: sync.isSyncing,
      version: VERSION,
      selfStatus: { height: chain.height, address: chain.address },
      peerStatus: peers.known().map(({ status: { height, address } }) => ({ height, address })),
      connectedPeerCount: count.count,
      connectedPeersInfo: { nodes: connected.nodes },
    });
  }

  async #height(region: number, hash: Uint8Array, missing: Code): Promise<bigint> {
    const value = await this.#load(region, hash, missing);
    if (value.length === 8) return readBe64(value);
    throw new StatusError(missing, `storage has ${value.length} bytes for a height in region ${region}`);
  }

  /** Every failure, whatever it is, is reported as `missing`; as it is where that is undefined. */
  async #load(region: number, key: Uint8Array, missing: Code | undefined): Promise<Uint8Array> {
    const { code, value } = await this.#modules.storage.load(region, key);
    if (code === Code.Success) return value;
    throw new StatusError(missing ?? code, `region ${region}: ${codeName(code)}`);
  }
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new StatusError(Code.DecodeError, cause.message, { cause });
  }
}

/** `quota_limit` and `block_limit` have 32 bits here and 64 inside (docs/protocol/wire.md 4.3). */
export function configMessage(config: SystemConfig): SystemConfigMessage {
  const { previousHashes: previous } = config;
  return {
    version: config.version,
    chainId: config.chainId,
    admin: config.admin,
    blockInterval: config.blockInterval,
    validators: [...config.validators],
    emergencyBrake: config.emergencyBrake,
    quotaLimit: Number(BigInt.asUintN(32, config.quotaLimit)),
    blockLimit: Number(BigInt.asUintN(32, config.blockLimit)),
    versionPreHash: previous.version,
    chainIdPreHash: previous.chainId,
    adminPreHash: previous.admin,
    blockIntervalPreHash: previous.blockInterval,
    validatorsPreHash: previous.validators,
    emergencyBrakePreHash: previous.emergencyBrake,
    quotaLimitPreHash: previous.quotaLimit,
    blockLimitPreHash: previous.blockLimit,
  };
}
