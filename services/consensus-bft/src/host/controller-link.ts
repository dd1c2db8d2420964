/**
 * The controller as the core's questions need it: values, verdicts, commits and the state of the chain
 * (docs/protocol/consensus.md 1.2). Every answer becomes one of the core's; no failure goes further than the log.
 */
import type { Logger } from '@hexapod/common/log';
import { toHex } from '@hexapod/protocol/bytes';
import type { ConsensusConfiguration } from '@hexapod/protocol/common';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { encodeProof } from '../codec/proof.ts';
import { exact } from '../codec/translate.ts';
import type { Address, Certificate, CommitResult, Configuration, Hash, Verdict } from '../core/types.ts';
import type { CallLimits, ChainCalls, ControllerCalls } from './calls.ts';
import { FailureLog } from './failure-log.ts';
import type { HashFunction } from './proposal-guard.ts';
import { blockHashOf, faultOf } from './proposal-guard.ts';

export interface ControllerModules {
  readonly controller: ControllerCalls;
  readonly chain: ChainCalls;
  readonly hash: HashFunction;
  readonly log: Logger;
}

const LIMITS: CallLimits = { deadlineMs: 10_000 };
const PING_HEIGHT = 2n ** 64n - 1n;
const ADDRESS_BYTES = 20;
const HASH_BYTES = 32;
/** Codes that speak of the controller's state and not of the proposal. */
const ABOUT_THE_CONTROLLER: ReadonlySet<number> = new Set([
  Code.ProposalTooHigh,
  Code.ProposalTooLow,
  Code.NodeInSyncMode,
  Code.NoneStatusCode,
]);

export class ControllerLink {
  readonly #modules: ControllerModules;
  readonly #failures: FailureLog;
  /** Hash of the newest block that consensus committed itself. */
  #head: { readonly height: number; readonly hash: Uint8Array } | null = null;

  constructor(modules: ControllerModules) {
    this.#modules = modules;
    this.#failures = new FailureLog(modules.log);
  }

  /** A value for `height`; null when there is none that others could accept (P1). */
  async build(height: number): Promise<{ hash: Hash; raw: Uint8Array } | null> {
    const { controller, hash, log } = this.#modules;
    try {
      // 0 and 109 NoTransaction come with a proposal; other codes without.
      const { status, proposal } = await controller.getProposal({}, LIMITS);
      this.#failures.worked('GetProposal');
      const code = status?.code ?? Code.NoneStatusCode;
      if (proposal === undefined) {
        log.debug({ height }, `the controller has no proposal: ${code} ${codeName(code)}`);
        return null;
      }
      const fault =
        proposal.height === BigInt(height)
          ? await this.#faultOf(proposal.data, height)
          : `it is for height ${proposal.height}`;
      if (fault !== null) {
        log.warn({ height }, `the own controller's proposal is not used: ${fault}`);
        return null;
      }
      const raw = proposal.data.slice();
      return { hash: toHex(await hash(raw)) as Hash, raw };
    } catch (error) {
      this.#failures.failed('GetProposal', error);
      return null;
    }
  }

  /** P2: what is right in itself is for the controller to judge. */
  async check(height: number, raw: Uint8Array): Promise<Verdict> {
    const { controller, log } = this.#modules;
    try {
      const fault = await this.#faultOf(raw, height);
      if (fault !== null) {
        log.warn({ height }, `a proposal is refused: ${fault}`);
        return 'invalid';
      }
      const { code } = await controller.checkProposal({ height: BigInt(height), data: raw }, LIMITS);
      this.#failures.worked('CheckProposal');
      if (code === Code.Success) return 'valid';
      log.info({ height }, `the controller answered CheckProposal with ${code} ${codeName(code)}`);
      // From 200 on a service is not ready or its data is in trouble.
      return code >= 200 || code < 100 || ABOUT_THE_CONTROLLER.has(code) ? 'unknown' : 'invalid';
    } catch (error) {
      this.#failures.failed('CheckProposal', error);
      return 'unknown';
    }
  }

  /** C1: no deadline, because a block takes the time it takes. */
  async commit(
    height: number,
    raw: Uint8Array,
    certificate: Certificate,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const { controller, hash, log } = this.#modules;
    const request = { proposal: { height: BigInt(height), data: raw }, proof: encodeProof(certificate) };
    try {
      const { status, config } = await controller.commitBlock(request, { deadlineMs: 'none', signal });
      this.#failures.worked('CommitBlock');
      const code = status?.code ?? Code.NoneStatusCode;
      if (code !== Code.Success) return { kind: 'refused', code };
      const configuration = config === undefined ? null : toConfiguration(config, log);
      if (configuration === null) return { kind: 'failed' };
      const head = await blockHashOf(raw, hash);
      if (head !== undefined) this.#head = { height, hash: head };
      return { kind: 'done', configuration };
    } catch (error) {
      if (!signal.aborted) this.#failures.failed('CommitBlock', error);
      return { kind: 'failed' };
    }
  }

  /** Where the chain stands; null when the controller does not say. */
  async ping(): Promise<Configuration | null> {
    const { controller, log } = this.#modules;
    const request = { proposal: { height: PING_HEIGHT, data: new Uint8Array(0) }, proof: new Uint8Array(0) };
    try {
      const { status, config } = await controller.commitBlock(request, LIMITS);
      return status?.code === Code.Success && config !== undefined ? toConfiguration(config, log) : null;
    } catch (error) {
      log.debug({ err: error }, 'the controller does not answer yet');
      return null;
    }
  }

  /** What is wrong with a proposal; a refusal is never founded on a parent that is only remembered. Throws like `#parent`. */
  async #faultOf(raw: Uint8Array, height: number): Promise<string | null> {
    const { hash } = this.#modules;
    const isRemembered = this.#head?.height === height - 1;
    const fault = await faultOf(raw, height, await this.#parent(height), hash);
    if (fault === null || !isRemembered) return fault;
    this.#head = null;
    return faultOf(raw, height, await this.#parent(height), hash);
  }

  /** Hash of the block before `height`. Throws when it cannot be had. */
  async #parent(height: number): Promise<Uint8Array> {
    if (this.#head?.height === height - 1) return this.#head.hash;
    const { hash } = await this.#modules.chain.getBlockHash({ blockNumber: BigInt(height - 1) }, LIMITS);
    if (hash.length !== HASH_BYTES) {
      const text = `the controller answered GetBlockHash(${height - 1}) with ${hash.length} bytes, not ${HASH_BYTES}`;
      throw new StatusError(Code.NoBlockHash, text);
    }
    this.#head = { height: height - 1, hash: hash.slice() };
    return this.#head.hash;
  }
}

/** The core's form of a configuration; null, with a line in the log, for one it cannot work with. */
export function toConfiguration(config: ConsensusConfiguration, log: Logger): Configuration | null {
  const height = exact(config.height);
  const wrong = config.validators.find((address) => address.length !== ADDRESS_BYTES);
  if (height === null || height === Number.MAX_SAFE_INTEGER) {
    log.error(`the controller names a height that no chain reaches, ${config.height}: ignored`);
    return null;
  }
  if (wrong !== undefined) {
    const text = `validator 0x${toHex(wrong)} has ${wrong.length} bytes, not ${ADDRESS_BYTES}`;
    log.error(
      { height },
      `the controller's configuration is ignored: ${text}. Correct the validators of the chain`,
    );
    return null;
  }
  const validators = config.validators.map((address) => toHex(address) as Address);
  return { height, interval: config.blockInterval * 1000, validators };
}
