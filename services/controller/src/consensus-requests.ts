// What consensus asks of the controller: a proposal, an opinion on a proposal, a block made final
// (docs/protocol/controller.md 8). None of these waits for consensus.

import type { Clock } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import type { StageTimers } from '@hexapod/common/stage-timers';
import { joinBytes } from '@hexapod/protocol/bytes';
import { ProposalEnum } from '@hexapod/protocol/common';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { type BlockContent, blockBytes, blockContent, encodeHeader, proposalBytes } from './block.ts';
import { readBlock } from './block-reader.ts';
import type { Chain } from './chain.ts';
import type { ChainLoop } from './chain-loop.ts';
import type { ChainSuite } from './chain-suite.ts';
import type { Intake } from './intake.ts';
import type { ConsensusSettings } from './neighbours.ts';
import { packageBlock } from './packaging.ts';
import type { Pool } from './pool.ts';
import { checkProposal, proposalParts } from './proposal-check.ts';
import type { Synchronizer } from './synchronizer.ts';

/** The height with which consensus asks for the state of the chain (docs/protocol/controller.md 8.3). */
const PING = 2n ** 64n - 1n;

export interface ConsensusRequestOptions {
  /** Of a whole proposal. */
  readonly maxProposalBytes: number;
  readonly validatorLength: number;
}

export interface ConsensusRequestModules {
  readonly chain: Chain;
  readonly pool: Pool;
  readonly suite: Pick<ChainSuite, 'hash' | 'form'>;
  readonly intake: Pick<Intake, 'admitFromProposal'>;
  readonly loop: Pick<ChainLoop, 'extend'>;
  readonly sync: Pick<Synchronizer, 'isSyncing' | 'isBehind' | 'poke'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stages: StageTimers;
  multicastStatus(): void;
}

export interface OwnProposal {
  readonly height: bigint;
  readonly data: Uint8Array;
  readonly isEmpty: boolean;
}

/** Bytes of a proposal beside its transactions: header, framing. */
const ENVELOPE_BYTES = 1024;

export class ConsensusRequests {
  readonly #options: ConsensusRequestOptions;
  readonly #modules: ConsensusRequestModules;

  constructor(options: ConsensusRequestOptions, modules: ConsensusRequestModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** GetProposal: a new block on top of the head. Throws StatusError. */
  async getProposal(): Promise<OwnProposal> {
    const { chain, stages, sync } = this.#modules;
    if (sync.isSyncing || sync.isBehind) {
      throw new StatusError(Code.NodeInSyncMode, `catching up from height ${chain.height}`);
    }
    // The state root is taken before anything is awaited: together with the head it belongs to.
    const { stateRoot } = chain.head;
    const block = await stages.time('package', () => this.#package());
    const data = proposalBytes(stateRoot, block);
    if (block.height === chain.height + 1n) chain.candidates.add(data, block);
    return { height: block.height, data, isEmpty: block.keys.length === 0 };
  }

  /** CheckProposal. Throws StatusError or DecodeError. */
  async checkProposal(height: bigint, data: Uint8Array): Promise<void> {
    const { chain, clock, intake, pool, stages, suite } = this.#modules;
    const parts = proposalParts(data);
    this.#requireNextHeight(height);
    if (chain.candidates.get(data) !== undefined) return;
    const modules = { chain, pool, suite, now: () => clock.now() };
    const { block, unverified } = await stages.time('check', () => checkProposal(data, parts, modules));
    const code = await intake.admitFromProposal(unverified);
    if (code !== Code.Success) throw new StatusError(code, `a signature in the proposal: ${codeName(code)}`);
    // Of use only for the height it was checked at.
    if (block.height === chain.height + 1n) chain.candidates.add(data, block);
  }

  /** CommitBlock: the settings for the next height. Throws StatusError or DecodeError; the chain has not moved then. */
  async commitBlock(height: bigint, data: Uint8Array, proof: Uint8Array): Promise<ConsensusSettings> {
    const { chain, loop, stages } = this.#modules;
    if (height === PING) return chain.settings;
    if (height <= chain.height) return { ...chain.settings, height };
    if (height > chain.height + 1n) this.#requireNextHeight(height);
    const block = chain.candidates.get(data) ?? (await this.#readProposed(data));
    const none = new Uint8Array(0);
    const bytes = blockBytes(block, proof, none);
    const extension = { block, bytes, statedRoot: none, notNext: Code.ProposalCheckError };
    try {
      await stages.time('finalize', () => loop.extend(extension));
    } catch (error) {
      // A repeated call, or the block came by sync while this one waited.
      if (error instanceof StatusError && error.code === Code.ProposalTooLow && block.height === height) {
        return { ...chain.settings, height };
      }
      throw error;
    }
    return chain.settings;
  }

  async #package(): Promise<BlockContent> {
    const { chain, clock, pool, suite } = this.#modules;
    const { maxProposalBytes, validatorLength } = this.#options;
    const rules = { maxBytes: maxProposalBytes - ENVELOPE_BYTES, validatorLength };
    const { chosen, dropped } = packageBlock(pool.values(), chain, rules);
    for (const tx of dropped) pool.remove(tx.key);
    const { head, address } = chain;
    const header = {
      prevhash: head.hash,
      timestamp: BigInt(clock.now()),
      height: head.height + 1n,
      transactionsRoot: await suite.hash(joinBytes(chosen.map((tx) => tx.hash))),
      proposer: address,
    };
    return blockContent(header, await suite.hash(encodeHeader(header)), chosen);
  }

  /** A decided proposal that was never checked here, or long ago: taken as it is, the decision is not ours. */
  async #readProposed(data: Uint8Array): Promise<BlockContent> {
    const { proposal } = ProposalEnum.decode(data);
    if (proposal === undefined)
      throw new StatusError(Code.NoneProposal, 'the decided proposal is of no kind');
    const decided = proposal.value.proposal;
    if (decided === undefined) throw new StatusError(Code.NoForkTree, 'the decided proposal has no block');
    return (await readBlock(decided, this.#modules.suite)).block;
  }

  /** Rows 2 and 3: a proposal from above tells that the chain went on without us. */
  #requireNextHeight(height: bigint): void {
    const { chain, multicastStatus, sync } = this.#modules;
    if (height <= chain.height) {
      throw new StatusError(Code.ProposalTooLow, `height ${height}, ours is ${chain.height}`);
    }
    if (height === chain.height + 1n) return;
    multicastStatus();
    chain.candidates.clear();
    sync.poke();
    throw new StatusError(Code.ProposalTooHigh, `height ${height}, ours is ${chain.height}`);
  }
}
