// A process that dies between two steps: from the chosen step on, nothing it asks of its neighbours happens any more, or
// happens but is never answered.

export type Moment = 'before' | 'after';

export class CrashPoint {
  /** Names of the steps taken so far, in order. */
  readonly steps: string[] = [];
  #at: { readonly step: number; readonly moment: Moment } | undefined;
  #isDead = false;

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Dies at the n-th step from now (0 is the next one), before or after its effect. */
  arm(step: number, moment: Moment): void {
    this.steps.length = 0;
    this.#at = { step, moment };
  }

  /** Runs one step with a lasting effect. */
  async step<T>(name: string, effect: () => T): Promise<T> {
    if (this.#isDead) return forever();
    const index = this.steps.push(name) - 1;
    const dies = this.#at?.step === index;
    if (dies && this.#at?.moment === 'before') {
      this.#isDead = true;
      return forever();
    }
    const result = effect();
    if (dies) {
      this.#isDead = true;
      return forever();
    }
    return result;
  }
}

function forever<T>(): Promise<T> {
  return new Promise(() => undefined);
}
