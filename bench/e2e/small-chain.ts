// For the tests of this bench: a controller that puts what it is sent into blocks, without consensus or execution.

import { GrpcServer } from '@hexapod/common/grpc-server';
import { silentLog } from '@hexapod/common/log';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { RawTransaction, RawTransactions } from '@hexapod/protocol/blockchain';
import { Hash, Hashes } from '@hexapod/protocol/common';
import { BlockNumber, RPCService, SystemConfig } from '@hexapod/protocol/controller';
import { rawTransactionHash } from '@hexapod/protocol/rules';

const { methods } = RPCService;

export class SmallChain {
  readonly #server = new GrpcServer({ host: '127.0.0.1', port: 0, log: silentLog });
  readonly #blocks: Uint8Array[][] = [[]];
  #pool: Uint8Array[] = [];
  /** Counts down; the transaction that finds it at 0 is refused. */
  refuseAfter = Number.POSITIVE_INFINITY;
  /** How many transactions came in each call. */
  readonly callSizes: number[] = [];

  constructor() {
    this.#server
      .addRaw(methods.getBlockNumber, () => {
        this.#seal();
        return BlockNumber.encode({ blockNumber: this.#height });
      })
      .addRaw(methods.getSystemConfig, () => SystemConfig.encode(SystemConfig.create({ blockLimit: 100 })))
      .addRaw(methods.getBlockByNumber, (bytes) => this.#block(BlockNumber.decode(bytes).blockNumber))
      .addRaw(methods.sendRawTransaction, (bytes) => {
        const [hash] = this.#take([RawTransaction.decode(bytes)]);
        return Hash.encode({ hash: hash ?? new Uint8Array() });
      })
      .addRaw(methods.sendRawTransactions, (bytes) => {
        const hashes = this.#take(RawTransactions.decode(bytes).body);
        return Hashes.encode({ hashes: hashes.map((hash) => ({ hash })) });
      });
  }

  get address(): string {
    return `127.0.0.1:${this.#server.port}`;
  }

  async start(): Promise<void> {
    await this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#server.stop(0);
  }

  get #height(): bigint {
    return BigInt(this.#blocks.length - 1);
  }

  /** Each question for the height finds one block more. */
  #seal(): void {
    this.#blocks.push(this.#pool);
    this.#pool = [];
  }

  #block(height: bigint): Uint8Array {
    const txHashes = this.#blocks[Number(height)];
    if (!txHashes) throw new RpcError(GrpcStatus.INVALID_ARGUMENT, 'NoBlock');
    const header = { ...EMPTY_HEADER, height, timestamp: 1000n * height };
    return methods.getBlockByNumber.response.encode({ version: 0, header, body: { txHashes } });
  }

  #take(transactions: readonly RawTransaction[]): Uint8Array[] {
    this.callSizes.push(transactions.length);
    this.refuseAfter -= transactions.length;
    if (this.refuseAfter < 0) throw new RpcError(GrpcStatus.INVALID_ARGUMENT, 'QuotaUsedExceed');
    const hashes = transactions.map((raw) => rawTransactionHash(raw) ?? new Uint8Array());
    this.#pool.push(...hashes.map((hash) => hash.slice()));
    return hashes;
  }
}

const EMPTY_HEADER = {
  prevhash: new Uint8Array(32),
  transactionsRoot: new Uint8Array(32),
  proposer: new Uint8Array(20),
};
