/**
 * How much work a run may do, apart from what its gas allows.
 *
 * A frame counts gas in a number. Gas that does not fit, and, for a bounded run, all gas beyond one slice, waits in a
 * reserve (a bigint, exact to 2^64 − 1); when the number is used up the reserve is asked, and that is where a bound
 * is noticed. Blocks run unbounded: their slice is everything that fits.
 */
import { MAX_SMALL } from './word.ts';

/** The run did more work than its bound allows. Not a failure of the contract: the whole run is given up. */
export class WorkLimitExceeded extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'WorkLimitExceeded';
  }
}

export interface WorkLimit {
  /** Gas really spent on execution (what a failing frame forfeits does not count). */
  readonly gas: number;
  /** Asked once per slice of gas: true ends the run. */
  expired(): boolean;
}

const LIMITED_SLICE = 5_000_000;

export class GasMeter {
  /** Gas given to a frame's number at a time. */
  readonly slice: number;
  readonly #limit: WorkLimit | undefined;
  #spent = 0;

  constructor(limit?: WorkLimit) {
    this.#limit = limit;
    this.slice = limit === undefined ? MAX_SMALL : LIMITED_SLICE;
  }

  /** Called at the end of each stretch a frame ran, and before a frame takes from its reserve. */
  spend(gas: number): void {
    if (this.#limit === undefined) return;
    this.#spent += gas;
    if (this.#spent > this.#limit.gas)
      throw new WorkLimitExceeded(`gave up after ${this.#spent} gas of work`);
  }

  checkTime(): void {
    if (this.#limit?.expired() === true) throw new WorkLimitExceeded('gave up: out of time');
  }
}
