// Time as an interface, so that the domain can run under virtual time.

export interface Timer {
  /** Forgets the timer; without effect when it has fired. */
  cancel(): void;
}

export interface Clock {
  /** Wall time: milliseconds since the Unix epoch (docs/protocol/common.md 14). May jump. */
  now(): number;
  /** Milliseconds from an arbitrary origin, never going back. For durations. */
  monotonic(): number;
  /** Calls `fn` once, `ms` milliseconds from now. */
  setTimer(ms: number, fn: () => void): Timer;
}

/** The longest delay `setTimeout` keeps; it fires at once for longer ones. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(ms, fn) {
    let remaining = Math.max(0, ms);
    let handle: NodeJS.Timeout;
    const arm = () => {
      const step = Math.min(remaining, LONGEST_TIMEOUT_MS);
      remaining -= step;
      handle = setTimeout(remaining > 0 ? arm : fn, step);
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted first. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.setTimer(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

interface VirtualTimer extends Timer {
  readonly due: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that moves only when told to. Timers due at the same instant fire in the order they were set. */
export class VirtualClock implements Clock {
  #elapsed = 0;
  #order = 0;
  readonly #epoch: number;
  readonly #timers = new Set<VirtualTimer>();

  constructor(epochMs = 0) {
    this.#epoch = epochMs;
  }

  now(): number {
    return this.#epoch + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(ms: number, fn: () => void): Timer {
    const timer: VirtualTimer = {
      due: this.#elapsed + Math.max(0, ms),
      order: this.#order++,
      fn,
      cancel: () => this.#timers.delete(timer),
    };
    this.#timers.add(timer);
    return timer;
  }

  /** How many timers are set and have not fired. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer; undefined when none is set. */
  get untilNextTimer(): number | undefined {
    const next = this.#next();
    return next && next.due - this.#elapsed;
  }

  /** Moves to the next timer and fires it; false when none is set. */
  runNextTimer(): boolean {
    const next = this.#next();
    if (!next) return false;
    this.#fire(next);
    return true;
  }

  /** Moves time on by `ms`, firing every timer that falls due, also those set on the way. */
  advance(ms: number): void {
    const end = this.#elapsed + ms;
    for (let next = this.#next(); next && next.due <= end; next = this.#next()) this.#fire(next);
    this.#elapsed = end;
  }

  /** Like `advance`, but lets promises settle between timers: for code that awaits. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let next = this.#next(); next && next.due <= end; next = this.#next()) {
      this.#fire(next);
      await settle();
    }
    this.#elapsed = end;
  }

  #next(): VirtualTimer | undefined {
    let first: VirtualTimer | undefined;
    for (const timer of this.#timers) {
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order))
        first = timer;
    }
    return first;
  }

  #fire(timer: VirtualTimer): void {
    this.#timers.delete(timer);
    this.#elapsed = timer.due;
    timer.fn();
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
