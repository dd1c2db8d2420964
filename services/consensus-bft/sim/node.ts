/**
 * A validator's process in the simulator: the shipped core between a seeded disk, controller, signer and network. It
 * does what the real host does (src/host/engine.ts): log, sync, and only then speak.
 */
import type { State } from '../src/core/state.ts';
import type {
  Address,
  Event,
  Hash,
  Message,
  Outgoing,
  Output,
  Request,
  WalRecord,
} from '../src/core/types.ts';
import { Controller } from './controller.ts';
import { Fault, Purpose } from './dice.ts';
import type { Random } from './random.ts';
import * as trace from './trace.ts';
import type { World } from './world.ts';

const SIGNATURE = new Uint8Array(0);
const PING_EVERY = 1000;

export class SimNode {
  readonly index: number;
  readonly name: string;
  readonly address: Address;
  readonly controller: Controller;
  readonly honest: boolean;
  readonly refuses: boolean;
  state: State;
  up = false;
  /** Counts lives: what was under way in an earlier one is lost. */
  private life = 0;
  private readonly world: World;
  private readonly clockRate: number;
  private readonly clockOffset: number;
  private log: WalRecord[] = [];
  /** Entries written and synced since the beginning of time, of which `log` holds the newest. */
  private written = 0;
  private synced = 0;
  private syncing = false;
  private outbox: { readonly after: number; readonly out: Outgoing }[] = [];

  constructor(world: World, index: number, name: string, address: Address, refuses: boolean) {
    const { weather, ledger } = world;
    const random = world.dice.of(Purpose.setup, index);
    this.world = world;
    this.index = index;
    this.name = name;
    this.address = address;
    this.refuses = refuses;
    this.honest = !ledger.liars.has(address);
    this.controller = new Controller(name, ledger, weather.interval, this.honest);
    this.clockRate = 1 + random.between(-weather.drift, weather.drift);
    this.clockOffset = random.below(1_000_000);
    this.state = this.recovered();
  }

  /** What is on the disk, and what is on its way there. */
  get records(): readonly WalRecord[] {
    return this.log;
  }

  private recovered(): State {
    return this.world.core.recover(this.world.optionsOf(this.address), this.log);
  }

  private clock(): number {
    return this.clockOffset + this.world.schedule.now * this.clockRate;
  }

  /** Runs after a delay, unless the process died in between. */
  private later(delay: number, run: () => void): void {
    const { life } = this;
    this.world.schedule.after(delay, () => {
      if (this.life === life) run();
    });
  }

  start(): void {
    if (this.up) return;
    this.up = true;
    this.life += 1;
    this.state = this.recovered();
    this.world.say(this, () => 'starts');
    this.pingUntilRunning();
  }

  private pingUntilRunning(): void {
    if (this.state.running) return;
    this.ping();
    this.later(PING_EVERY, () => this.pingUntilRunning());
  }

  /** Dies now: what was not synced may be lost from any entry on. */
  crash(): void {
    if (!this.up) return;
    const kept = this.disk.below(this.written - this.synced + 1);
    const lost = this.written - this.synced - kept;
    this.log = this.log.slice(0, this.log.length - lost);
    this.written = this.synced + kept;
    this.synced = this.written;
    this.syncing = false;
    this.outbox = [];
    this.up = false;
    this.life += 1;
    this.world.say(this, () => `crashes${lost > 0 ? `, ${lost} log entries lost` : ''}`);
  }

  /** Loses its log: comes back with an empty disk. */
  forget(): void {
    this.log = [];
    this.written = 0;
    this.synced = 0;
  }

  /** Gives the core one event and does what it orders. */
  handle(event: Event) {
    if (!this.up) return;
    this.world.events += 1;
    this.world.say(this, () => trace.event(event));
    if (!this.honest && this.world.weather.liars === 'forgetful') this.state.lock = null;
    const output = this.world.core.step(this.state, event, this.clock());
    const crash = this.honest ? this.world.weather.crashInStep : 0;
    if (this.world.fails(Fault.crashInStep, crash, this)) return this.crashAmid(output);
    this.perform(output);
  }

  /** Dies at some boundary between the actions of a step: entries written one by one, then whatever waits to be said. */
  private crashAmid({ persist, send }: Output): void {
    const done = this.disk.below(persist.length + send.length + 1);
    const isSynced = done > persist.length || this.disk.chance(0.5);
    this.perform({ persist: persist.slice(0, done), send: [], ask: [] });
    if (isSynced) {
      this.synced = this.written;
      for (const { out } of this.outbox.splice(0)) this.speak(out);
    }
    for (const out of send.slice(0, Math.max(0, done - persist.length))) this.speak(out);
    this.world.goDown(this);
  }

  private get disk(): Random {
    return this.world.dice.of(Purpose.disk, this.index);
  }

  private perform(output: Output): void {
    for (const record of output.persist) this.write(record);
    for (const out of output.send) this.outbox.push({ after: this.written, out });
    for (const request of output.ask) this.answer(request);
    this.flush();
  }

  private write(record: WalRecord): void {
    this.world.say(this, () => trace.walRecord(record));
    this.log.push(record);
    this.written += 1;
  }

  /** The real log is cut, too, when it got long (src/host/journal.ts). */
  private cutLog(): void {
    const { logCuts } = this.world.weather;
    if (logCuts > 0 && this.written === this.synced && this.disk.chance(logCuts))
      this.log = this.world.core.snapshot(this.state);
  }

  /** W1–W4: nothing leaves before everything logged earlier is on disk; one sync covers all that waits. */
  private flush(): void {
    const wait = this.world.weather.maxFsync;
    if (wait === 0) this.synced = this.written;
    this.cutLog();
    while (this.outbox.length > 0 && (this.outbox[0]?.after ?? 0) <= this.synced) {
      const first = this.outbox.shift();
      if (first !== undefined) this.speak(first.out);
    }
    if (this.written === this.synced || this.syncing) return;
    this.syncing = true;
    const upTo = this.written;
    this.later(this.disk.next() * wait, () => {
      this.syncing = false;
      this.synced = upTo;
      this.flush();
    });
  }

  private speak(out: Outgoing) {
    this.world.say(this, () => trace.outgoing(out));
    if (out.kind === 'message') return this.world.post(this, out.to, out.message);
    const { height, hash, raw, certificate } = out;
    if (this.honest) this.world.noteDecision(certificate);
    this.ask(
      () => this.controller.commit(height, { hash, raw, certificate }),
      (result) => this.handle({ kind: 'committed', height, result: result ?? { kind: 'failed' } }),
    );
  }

  /** A call to the controller: it works even if we die meanwhile; null when it or its answer got lost. */
  private ask<T>(work: () => T, answer: (result: T | null) => void): void {
    const { world, life } = this;
    const lostBefore = world.fails(Fault.callLost, world.weather.controllerFailure, this);
    const lostAfter = world.fails(Fault.answerLost, world.weather.controllerFailure, this);
    world.schedule.after(world.controllerDelay(this), () => {
      const result = lostBefore ? null : work();
      world.schedule.after(world.controllerDelay(this) / 4, () => {
        if (this.life === life) answer(lostAfter ? null : result);
      });
    });
  }

  ping(): void {
    this.ask(
      () => this.controller.configuration(),
      (configuration) => {
        if (configuration !== null) this.handle({ kind: 'configured', configuration });
      },
    );
  }

  private answer(request: Request) {
    const { weather, dice } = this.world;
    this.world.say(this, () => trace.request(request));
    switch (request.kind) {
      case 'timer': {
        const { timer, id, after } = request;
        return this.later(after / this.clockRate, () => this.timer(timer, id));
      }
      case 'sign': {
        const { statement } = request;
        const signature = this.world.fails(Fault.unsigned, weather.signFailure, this) ? null : SIGNATURE;
        if (statement.kind === 'vote') this.world.ledger.signed(this.address, statement.vote);
        return this.later(dice.of(Purpose.signer, this.index).next() * weather.maxSigning, () =>
          this.handle({ kind: 'signed', id: request.id, signature }),
        );
      }
      case 'build':
        return this.build(request.height);
      case 'check':
        return this.check(request.height, request.hash);
      case 'ping':
        return this.ping();
      case 'alarm':
        return this.world.noteAlarm(this, request.alarm);
    }
  }

  private timer(timer: keyof State['timers'], id: number): void {
    if (this.state.timers[timer] === id) this.handle({ kind: 'timer', timer, id });
  }

  private build(height: number): void {
    const { ledger } = this.world;
    this.ask(
      () =>
        this.controller.height + 1 === height
          ? ledger.build(height, this.controller.head, this.address)
          : null,
      (value) => this.handle({ kind: 'built', height, value }),
    );
  }

  private check(height: number, hash: Hash): void {
    this.ask(
      () => (this.refuses && this.world.refusesNow(hash) ? 'invalid' : this.controller.check(height, hash)),
      (verdict) => this.handle({ kind: 'checked', height, hash, verdict: verdict ?? 'unknown' }),
    );
  }

  /** A message from the network, its signatures checked. */
  receive(message: Message, from: SimNode) {
    const origin = BigInt(from.index);
    const { ledger } = this.world;
    switch (message.kind) {
      case 'proposal': {
        const { lock } = message.proposal;
        if (lock !== null && !ledger.isGenuine(lock)) return;
        return this.handle({ kind: 'proposal', proposal: message.proposal, from: origin });
      }
      case 'vote':
        return this.handle({ kind: 'vote', vote: message.vote, from: origin });
      case 'certificate':
        if (!ledger.isGenuine(message.certificate)) return;
        return this.handle({ kind: 'certificate', certificate: message.certificate, from: origin });
      case 'fetch':
        return this.handle({ kind: 'fetch', height: message.height, hash: message.hash, from: origin });
      case 'block': {
        const hash = ledger.hashOf(message.raw);
        return this.handle({ kind: 'block', height: message.height, hash, raw: message.raw });
      }
    }
  }

  /** A Reconfigure nobody needed: of the present height, or one that was on its way for long. */
  reconfigure(height: number): void {
    this.handle({ kind: 'configured', configuration: this.controller.configuration(height) });
  }

  /** The controller's own sync: blocks of a node that is ahead, a Reconfigure after each. */
  syncFrom(other: SimNode): void {
    for (let block = 0; block < 10; block += 1) {
      if (!this.up || !this.state.running || !this.controller.sync(other.controller)) return;
      this.world.say(this, () => `syncs ${this.controller.height} from ${other.name}`);
      this.handle({ kind: 'configured', configuration: this.controller.configuration() });
    }
  }
}
