/**
 * The reading rpcs: Call and the six of evm.RPCService (docs/protocol/executor.md 9, 10). Each runs on a snapshot of
 * its own, so it sees one block whole, whatever Exec does meanwhile. A failure is an INVALID_ARGUMENT with a fixed
 * text.
 */
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import type { Address, Hash } from '@hexapod/protocol/common';
import type { Balance, ByteAbi, ByteCode, ByteQuota, Nonce, Receipt } from '@hexapod/protocol/evm';
import type { CallRequest, CallResponse } from '@hexapod/protocol/executor';
import { readBlockRecord } from '../block/block-record.ts';
import { findReceipt } from '../block/receipt-store.ts';
import { GasMeter, WorkLimitExceeded } from '../evm/gas-meter.ts';
import type { MachineModules } from '../evm/machine.ts';
import { ADDRESS_BYTES, WORD_BYTES, type Word, wordFromBytes, wordToBytes } from '../evm/word.ts';
import type { Account } from '../state/account.ts';
import { type CacheSizes, CodeStore } from '../state/state-reader.ts';
import type { Database } from '../store/database.ts';
import { estimateQuota } from './estimate.ts';
import { receiptMessage } from './receipt-message.ts';
import { revertReason } from './revert-reason.ts';
import { messageOf, simulate } from './simulate.ts';
import { type View, type ViewModules, viewAt, viewHead } from './view.ts';

export interface QueryOptions {
  readonly ethCompatibility: boolean;
  /** Milliseconds after which a call or an estimate is given up. */
  readonly timeLimit: number;
  readonly cacheSizes: CacheSizes;
  readonly codeCacheBytes: number;
}

export interface QueryModules {
  readonly database: Database;
  readonly machine: MachineModules;
  /** Milliseconds from any origin. */
  monotonic(): number;
}

/** Quota of every Call. */
const CALL_QUOTA = 50_000_000;
/**
 * Work of a Call. Its quota bounds it already, but not to the unit: a call with value gives its stipend back, so that a
 * contract is charged for more than it was given, by up to a third (docs/protocol/executor.md 5.5).
 */
const CALL_WORK = 2 * CALL_QUOTA;
/** Work of one trial of an estimate: twice the default quota limit of a block. It also bounds the memory a trial takes. */
const ESTIMATE_WORK = 2 ** 31;
const NO_STATE =
  "Call Error Transaction execution error (Couldn't find the transaction block's state in the chain).";

export class Queries {
  readonly #options: QueryOptions;
  readonly #modules: QueryModules;
  readonly #codes: CodeStore;

  constructor(options: QueryOptions, modules: QueryModules) {
    this.#options = options;
    this.#modules = modules;
    this.#codes = new CodeStore(options.codeCacheBytes);
  }

  async call(request: CallRequest): Promise<CallResponse> {
    const message = messageOf(request);
    if (message === undefined) {
      const lengths = `from ${request.from.length} bytes, to ${request.to.length} bytes`;
      throw invalid(`Call Error wanted from of 0 or 20 bytes and to of 20 bytes, got ${lengths}`);
    }
    return this.#withSnapshot((modules) => {
      const view = viewAt(request.height, modules);
      if (view === undefined) throw invalid(NO_STATE);
      const meter = this.#meter(CALL_WORK, this.#deadline());
      const result = simulate(message, CALL_QUOTA, view, meter, this.#modules.machine);
      if (result.status === 'reverted') {
        const reason = revertReason(result.output);
        if (reason !== undefined) throw invalid(`Reverted: ${reason}`);
        return { value: result.output };
      }
      // The code a creation returns is not given back; nor does a failure say that it is one.
      return { value: result.contractAddress === undefined ? result.output : new Uint8Array(0) };
    });
  }

  async estimateQuota(request: CallRequest): Promise<ByteQuota> {
    const failure = invalid('estimate quota failed');
    const message = messageOf(request);
    if (message === undefined) throw failure;
    const quota = await this.#withSnapshot((modules) => {
      const view = viewHead(modules);
      if (view === undefined) throw failure;
      const deadline = this.#deadline();
      return estimateQuota((quota: Word) => {
        const meter = this.#meter(ESTIMATE_WORK, deadline);
        return simulate(message, quota, view, meter, this.#modules.machine);
      });
    }, failure);
    if (quota === undefined) throw failure;
    return { bytesQuota: bytes32(quota) };
  }

  async getTransactionReceipt({ hash }: Hash): Promise<Receipt> {
    const failure = invalid('Not get the receipt');
    if (hash.length !== WORD_BYTES) throw failure;
    return this.#withSnapshot(({ reader }) => {
      const found = findReceipt(reader, hash);
      const block = found && readBlockRecord(reader, found.height);
      if (found === undefined || block === undefined) throw failure;
      return receiptMessage(found, block, this.#modules.machine.keccak);
    });
  }

  async getCode({ address }: Address): Promise<ByteCode> {
    return this.#account(address, 'Not get the bytecode', (account, { state }) => ({
      byteCode: account === undefined ? new Uint8Array(0) : state.bytes(account.codeHash),
    }));
  }

  async getAbi({ address }: Address): Promise<ByteAbi> {
    return this.#account(address, 'Not get the abi', (account, { state }) => ({
      bytesAbi: account === undefined ? new Uint8Array(0) : state.bytes(account.abiHash),
    }));
  }

  async getTransactionCount({ address }: Address): Promise<Nonce> {
    return this.#account(address, 'Not get the nonce', (account) => ({
      nonce: wordToBytes(account?.nonce ?? 0),
    }));
  }

  /** Nobody has a balance on this chain. */
  async getBalance({ address }: Address): Promise<Balance> {
    return this.#account(address, 'Not get the balance', () => ({ value: wordToBytes(0) }));
  }

  #account<T>(
    address: Uint8Array,
    text: string,
    read: (account: Account | undefined, view: View) => T,
  ): Promise<T> {
    const failure = invalid(text);
    if (address.length !== ADDRESS_BYTES) return Promise.reject(failure);
    return this.#withSnapshot((modules) => {
      const view = viewHead(modules);
      if (view === undefined) throw failure;
      return read(view.state.account(wordFromBytes(address)), view);
    });
  }

  /** @param tooMuch what a query that reaches its bound is answered. */
  async #withSnapshot<T>(query: (modules: ViewModules) => T, tooMuch?: RpcError): Promise<T> {
    const snapshot = this.#modules.database.snapshot();
    const { cacheSizes, ethCompatibility } = this.#options;
    const { seed } = this.#modules.machine;
    try {
      return query({ reader: snapshot, codes: this.#codes, cacheSizes, seed, ethCompatibility });
    } catch (error) {
      if (!(error instanceof WorkLimitExceeded)) throw error;
      throw tooMuch ?? new RpcError(GrpcStatus.DEADLINE_EXCEEDED, `Call Error ${error.message}`);
    } finally {
      await snapshot.close();
    }
  }

  #deadline(): number {
    return this.#modules.monotonic() + this.#options.timeLimit;
  }

  #meter(gas: number, deadline: number): GasMeter {
    return new GasMeter({ gas, expired: () => this.#modules.monotonic() > deadline });
  }
}

function invalid(text: string): RpcError {
  return new RpcError(GrpcStatus.INVALID_ARGUMENT, text);
}

function bytes32(value: bigint): Uint8Array {
  const bytes = new Uint8Array(WORD_BYTES);
  new DataView(bytes.buffer).setBigUint64(WORD_BYTES - 8, value);
  return bytes;
}
