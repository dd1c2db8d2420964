/**
 * Consensus as the other processes see it, without gRPC: what they call, what it calls, and how it comes up in any order
 * of starts. Until crypto has named the suite and the controller the chain's height it answers "not ready".
 */
import type { Clock } from '@hexapod/common/clock';
import { sleep } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import type { ConsensusConfiguration, ProposalWithProof } from '@hexapod/protocol/common';
import type { NetworkMsg } from '@hexapod/protocol/network';
import { Code, codeName } from '@hexapod/protocol/status-code';
import type { Configuration, Options } from '../core/types.ts';
import { checkBlock } from './block-check.ts';
import type { ChainCalls, ControllerCalls, CryptoCalls, NetworkCalls } from './calls.ts';
import type { ChainCrypto } from './chain-crypto.ts';
import { openChainCrypto } from './chain-crypto.ts';
import { ControllerLink, toConfiguration } from './controller-link.ts';
import { Engine } from './engine.ts';
import { Inbox } from './inbox.ts';
import type { Journal } from './journal.ts';
import { Outbox } from './outbox.ts';
import type { SignGuard } from './sign-guard.ts';
import { Signatures } from './signatures.ts';

export interface ConsensusOptions {
  readonly core: Options;
  /** Between attempts to reach another process at the start, ms. */
  readonly retryEvery: number;
  /** The longest message of a peer that is looked at. */
  readonly maxMessageBytes: number;
  /** Where the network process finds us. */
  readonly port: number;
}

export interface ConsensusModules {
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Journal;
  readonly guard: SignGuard;
  readonly controller: ControllerCalls;
  readonly chain: ChainCalls;
  readonly network: NetworkCalls;
  readonly crypto: CryptoCalls;
}

/** What exists once the suite is known. */
interface Works {
  readonly engine: Engine;
  readonly inbox: Inbox;
  readonly signatures: Signatures;
}

export class Consensus {
  readonly #options: ConsensusOptions;
  readonly #modules: ConsensusModules;
  readonly #stopping = new AbortController();
  #works: Works | null = null;
  /** A Reconfigure that came before there was an engine. */
  #early: Configuration | null = null;
  #hindrance: string | null = 'starting';

  constructor(options: ConsensusOptions, modules: ConsensusModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Comes up in the background; resolves when it has, or was stopped. */
  async start(): Promise<void> {
    try {
      await Promise.all([this.#register(), this.#open()]);
    } catch (error) {
      if (!this.#stopping.signal.aborted) throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('consensus is stopped'));
    if (this.#works !== null) return this.#works.engine.stop();
    await this.#modules.journal.close();
    await this.#modules.guard.close();
  }

  // ---- What others call ---------------------------------------------------------------------------------------------

  /** ConsensusService/Reconfigure: Success, always and at once (docs/protocol/consensus.md 1.5). */
  reconfigure(config: ConsensusConfiguration): Code {
    const configuration = toConfiguration(config, this.#modules.log);
    if (configuration !== null) {
      if (this.#works === null) this.#early = configuration;
      else this.#works.engine.reconfigure(configuration);
    }
    return Code.Success;
  }

  /** ConsensusService/CheckBlock. */
  async checkBlock(request: ProposalWithProof): Promise<Code> {
    if (this.#works === null) return Code.ConsensusServerNotReady;
    const { engine, signatures } = this.#works;
    try {
      return await checkBlock(request, engine.view, signatures);
    } catch (error) {
      this.#modules.log.warn({ err: error }, 'a block could not be checked');
      return Code.ConsensusServerNotReady;
    }
  }

  /** NetworkMsgHandlerService/ProcessNetworkMsg, for messages of our module: taken and looked at afterwards. */
  processMessage({ type, msg, origin }: NetworkMsg): Code {
    // `take` bounds what waits and never rejects.
    void this.#works?.inbox.take(type, msg, origin);
    return Code.Success;
  }

  /**
   * The service `` fails only for what a restart would cure, because it is the liveness probe of the originals'
   * manifests; `ready` says whether this validator takes part.
   */
  isServing(service: string): boolean {
    const hindrance =
      this.#works === null ? 'the crypto process has not answered yet' : this.#works.engine.hindrance;
    if (hindrance !== this.#hindrance) {
      if (hindrance === null) this.#modules.log.info('ready');
      else this.#modules.log.warn(`not ready: ${hindrance}`);
      this.#hindrance = hindrance;
    }
    if (service === 'ready') return hindrance === null;
    return this.#works?.engine.failure === null || this.#works === null;
  }

  /** For metrics. */
  get figures(): Readonly<
    Record<'height' | 'round' | 'alarms' | 'droppedMessages' | 'waitingMessages', number>
  > {
    const { engine, inbox } = this.#works ?? {};
    return {
      height: engine?.height ?? 0,
      round: engine?.round ?? 0,
      alarms: engine?.alarms ?? 0,
      droppedMessages: inbox?.dropped ?? 0,
      waitingMessages: inbox?.waiting ?? 0,
    };
  }

  // ---- Coming up ----------------------------------------------------------------------------------------------------

  async #open(): Promise<void> {
    const { clock, log, journal, guard, controller, chain, network } = this.#modules;
    const crypto = await this.#openCrypto();
    const signatures = new Signatures(crypto);
    const link = new ControllerLink({ controller, chain, log, hash: (data) => crypto.hash(data) });
    const engine = await Engine.start(
      { core: this.#options.core, pingEvery: this.#options.retryEvery },
      { clock, log, journal, guard, signatures, controller: link, outbox: new Outbox(network, log) },
    );
    const inbox = new Inbox(this.#options.maxMessageBytes, {
      signatures,
      log,
      position: () => engine.position,
      deliver: (event) => engine.take(event),
      now: () => clock.monotonic(),
    });
    this.#works = { engine, inbox, signatures };
    log.info(`validator ${this.#options.core.self}, suite ${crypto.name}`);
    if (this.#early !== null) engine.reconfigure(this.#early);
  }

  /** Asks the crypto process for the suite until it says, and makes sure that its key is this validator's. */
  async #openCrypto(): Promise<ChainCrypto> {
    const { crypto, log } = this.#modules;
    return this.#until('crypto', async () => {
      const { status, name } = await crypto.getCryptoInfo({}, this.#limits());
      const code = status?.code ?? Code.NoneStatusCode;
      if (code !== Code.Success) throw new Error(`it answered GetCryptoInfo with ${code} ${codeName(code)}`);
      const suite = await openChainCrypto(name, crypto);
      await this.#checkKey(suite, log);
      return suite;
    });
  }

  async #checkKey(crypto: ChainCrypto, log: Logger): Promise<void> {
    const hash = await crypto.hash(new TextEncoder().encode('whose key is this?'));
    const signer = await crypto.recover(hash, await crypto.sign(hash));
    if (signer === this.#options.core.self) return;
    log.error(
      `the crypto process signs as ${signer}, the file node_address says ${this.#options.core.self}: ` +
        'no vote of this node will count until both belong to the same key',
    );
  }

  async #register(): Promise<void> {
    const port = String(this.#options.port);
    const info = { moduleName: 'consensus', hostname: '127.0.0.1', port };
    await this.#until('network', async () => {
      const { code } = await this.#modules.network.registerNetworkMsgHandler(info, this.#limits());
      if (code !== Code.Success)
        throw new Error(`it answered the registration with ${code} ${codeName(code)}`);
    });
  }

  #limits(): { deadlineMs: number; signal: AbortSignal } {
    return { deadlineMs: 10_000, signal: this.#stopping.signal };
  }

  /** Repeats an attempt until it succeeds. Rejects only when consensus is stopped. */
  async #until<T>(whom: string, attempt: () => Promise<T>): Promise<T> {
    const { clock, log } = this.#modules;
    for (let failures = 0; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        this.#stopping.signal.throwIfAborted();
        const text = `waiting for the ${whom} process: ${error instanceof Error ? error.message : error}`;
        if (failures === 0) log.info(text);
        else log.debug(text);
      }
      await sleep(clock, this.#options.retryEvery, this.#stopping.signal);
    }
  }
}
