/**
 * Runs the core: one event at a time in, and out what it orders, in the order that rules W1–W4 demand: log, sync, then
 * speak. Everything that takes time is somebody else's (journal, controller, signer, network) and comes back as an event.
 */
import type { Clock, Timer } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import * as core from '../core/core.ts';
import type { State } from '../core/state.ts';
import { wantedBlocks } from '../core/state.ts';
import type {
  Configuration,
  Event,
  Hash,
  Options,
  Outgoing,
  Output,
  Request,
  Statement,
  TimerName,
} from '../core/types.ts';
import { alarmText } from './alarm-text.ts';
import type { ChainView } from './block-check.ts';
import type { ControllerLink } from './controller-link.ts';
import { FailureLog } from './failure-log.ts';
import type { Position } from './inbox.ts';
import type { Journal } from './journal.ts';
import type { Outbox } from './outbox.ts';
import type { SignGuard } from './sign-guard.ts';
import type { Signatures } from './signatures.ts';

export interface EngineModules {
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Journal;
  readonly guard: SignGuard;
  readonly controller: ControllerLink;
  readonly signatures: Signatures;
  readonly outbox: Outbox;
}

export interface EngineOptions {
  readonly core: Options;
  /** Between pings until the controller has said where the chain stands, ms. */
  readonly pingEvery: number;
}

export class Engine {
  readonly #options: EngineOptions;
  readonly #modules: EngineModules;
  readonly #state: State;
  readonly #timers = new Map<TimerName | 'ping', Timer>();
  readonly #stopping = new AbortController();
  readonly #failures: FailureLog;
  /** Log entries ordered and synced so far, and what may be said once so many are. */
  #written = 0;
  #synced = 0;
  #waiting: { readonly after: number; readonly outgoing: Outgoing }[] = [];
  #view: ChainView | null = null;
  #progressAt: number;
  #failure: string | null = null;
  #alarms = 0;
  /** What the guard said last: the core asks again, the log need not say so again. */
  #objection: string | null = null;
  /** The controller did not answer at the start, and the log says so. */
  #isWaiting = false;

  private constructor(options: EngineOptions, modules: EngineModules, state: State) {
    this.#options = options;
    this.#modules = modules;
    this.#state = state;
    this.#failures = new FailureLog(modules.log);
    this.#progressAt = modules.clock.monotonic();
  }

  /** Takes up the log and begins to ask the controller where the chain stands. */
  static async start(options: EngineOptions, modules: EngineModules): Promise<Engine> {
    const records = await modules.journal.read();
    const state = core.recover(options.core, records);
    if (state.height > 0) modules.log.info(`the log ends at height ${state.height}, round ${state.round}`);
    const engine = new Engine(options, modules, state);
    engine.#pingUntilRunning();
    return engine;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const timer of this.#timers.values()) timer.cancel();
    await this.#modules.journal.close();
    await this.#modules.guard.close();
  }

  // ---- What others may know -----------------------------------------------------------------------------------------

  get height(): number {
    return this.#state.height;
  }

  get round(): number {
    return this.#state.round;
  }

  get alarms(): number {
    return this.#alarms;
  }

  /** Where the controller stands, as it said last (CheckBlock). */
  get view(): ChainView | null {
    return this.#view;
  }

  get position(): Position {
    const { height, round, validators, decision, polka } = this.#state;
    const wanted = new Set<Hash>(polka === null && decision === null ? [] : wantedBlocks(this.#state));
    return { height, round, validators: validators.length, isDecided: decision !== null, wanted };
  }

  /** What only a restart can cure; null normally. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Why this validator does not take part in new blocks; null while it does. */
  get hindrance(): string | null {
    const { running, halted, behind, height, silentThrough, pace } = this.#state;
    if (this.#failure !== null) return this.#failure;
    if (!running) return 'the controller has not said yet where the chain stands';
    if (halted) return `two blocks were decided for one height, at or below ${height}`;
    if (behind) return `the controller stands below height ${height}, which was logged here`;
    if (height <= silentThrough)
      return `no vote before height ${silentThrough + 1}: another program, or a lost log, may have voted in this one`;
    const quiet = this.#modules.clock.monotonic() - this.#progressAt;
    if (quiet > Math.max(30_000, 10 * pace.interval)) return `no block for ${Math.round(quiet / 1000)} s`;
    return null;
  }

  // ---- In -----------------------------------------------------------------------------------------------------------

  /** The controller's word, before or without a question of ours. Nothing is asked of it before this returns (1.5). */
  reconfigure(configuration: Configuration): void {
    this.#see(configuration);
    setImmediate(() => this.take({ kind: 'configured', configuration }));
  }

  /** One event for the core, and then what it orders. */
  take(event: Event): void {
    if (this.#stopping.signal.aborted || this.#failure !== null) return;
    const { height } = this.#state;
    try {
      this.#perform(core.step(this.#state, event, this.#modules.clock.monotonic()));
    } catch (error) {
      // A bug. What the step ordered is lost while what it changed is not: only the log still tells the truth.
      this.#fail('the core failed', error);
      return;
    }
    if (this.#state.height !== height) this.#noteHeight();
  }

  #fail(failure: string, error: unknown): void {
    this.#failure = failure;
    this.#modules.log.error({ err: error }, `${failure}: this validator is silent until a restart`);
  }

  // ---- Out ----------------------------------------------------------------------------------------------------------

  #perform({ persist, send, ask }: Output): void {
    if (persist.length > 0) this.#log(persist);
    for (const outgoing of send) this.#waiting.push({ after: this.#written, outgoing });
    this.#release();
    for (const request of ask) this.#answer(request);
  }

  #log(records: Output['persist']): void {
    const { journal, guard } = this.#modules;
    this.#written += records.length;
    const upTo = this.#written;
    Promise.all([journal.write(records), guard.note(records)])
      .then(() => {
        this.#synced = Math.max(this.#synced, upTo);
        this.#release();
        return journal.cutIfLong(() => core.snapshot(this.#state));
      })
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#fail('the consensus log cannot be written', error);
      });
  }

  #release(): void {
    if (this.#failure !== null) return;
    for (
      let first = this.#waiting[0];
      first !== undefined && first.after <= this.#synced;
      first = this.#waiting[0]
    ) {
      this.#waiting.shift();
      this.#speak(first.outgoing);
    }
  }

  #speak(outgoing: Outgoing): void {
    const { outbox, controller, log } = this.#modules;
    if (outgoing.kind === 'message') {
      outbox.send(outgoing.to, outgoing.message);
      return;
    }
    const { height, hash, raw, certificate } = outgoing;
    log.info({ height, round: certificate.round, hash }, 'decided');
    this.#settle(controller.commit(height, raw, certificate, this.#stopping.signal), (result) => {
      if (result.kind === 'done') this.#see(result.configuration);
      this.take({ kind: 'committed', height, result });
    });
  }

  #answer(request: Request): void {
    const { controller, log } = this.#modules;
    switch (request.kind) {
      case 'timer': {
        const { timer, id, after } = request;
        this.#arm(timer, after, () => this.take({ kind: 'timer', timer, id }));
        break;
      }
      case 'sign':
        this.#settle(this.#sign(request.statement), (signature) =>
          this.take({ kind: 'signed', id: request.id, signature }),
        );
        break;
      case 'build':
        this.#settle(controller.build(request.height), (value) =>
          this.take({ kind: 'built', height: request.height, value }),
        );
        break;
      case 'check': {
        const { height, hash, raw } = request;
        this.#settle(controller.check(height, raw), (verdict) =>
          this.take({ kind: 'checked', height, hash, verdict }),
        );
        break;
      }
      case 'ping':
        this.#ping();
        break;
      case 'alarm':
        this.#alarms += 1;
        log.error(alarmText(request.alarm));
        break;
    }
  }

  /** The signature; null when there is none to be had now. */
  async #sign(statement: Statement): Promise<Uint8Array | null> {
    const { guard, signatures, log } = this.#modules;
    const what = 'signing by the crypto process';
    const objection = guard.objection(statement);
    if (objection !== null) {
      if (objection !== this.#objection) log.error(`the double-sign guard refuses to sign ${objection}`);
      this.#objection = objection;
      return null;
    }
    try {
      const signature = await signatures.sign(statement, this.#options.core.self);
      this.#failures.worked(what);
      return signature;
    } catch (error) {
      this.#failures.failed(what, error);
      return null;
    }
  }

  // ---- The controller -----------------------------------------------------------------------------------------------

  #ping(): void {
    this.#settle(this.#modules.controller.ping(), (configuration) => {
      if (configuration === null) {
        if (!this.#state.running && !this.#isWaiting)
          this.#modules.log.info('waiting for the controller process');
        this.#isWaiting = true;
        return;
      }
      this.#see(configuration);
      this.take({ kind: 'configured', configuration });
    });
  }

  #pingUntilRunning(): void {
    if (this.#state.running || this.#stopping.signal.aborted) return;
    this.#ping();
    this.#arm('ping', this.#options.pingEvery, () => this.#pingUntilRunning());
  }

  #see({ height, validators }: Configuration): void {
    this.#view = { height: BigInt(height), validators };
  }

  #noteHeight(): void {
    const { height, validators } = this.#state;
    this.#progressAt = this.#modules.clock.monotonic();
    this.#modules.log.debug({ height, validators: validators.length }, 'new height');
  }

  // ---- Small things ---------------------------------------------------------------------------------------------------

  #arm(name: TimerName | 'ping', after: number, run: () => void): void {
    this.#timers.get(name)?.cancel();
    this.#timers.set(name, this.#modules.clock.setTimer(after, run));
  }

  /** Goes on with the result. The work answers for its own failures; one that comes through is a bug. */
  #settle<T>(work: Promise<T>, next: (result: T) => void): void {
    work
      .then(next)
      .catch((error: unknown) => this.#modules.log.error({ err: error }, 'consensus failed in a step'));
  }
}
