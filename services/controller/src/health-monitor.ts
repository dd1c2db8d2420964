// Is the chain growing? (docs/protocol/controller.md 15.1; here growth counts when it happens, not when somebody asks.) Pure.

export class HealthMonitor {
  readonly #timeoutMs: number;
  #height = 0n;
  #grewMs: number;

  /** @param nowMs time of the start, which counts as growth. */
  constructor(timeoutMs: number, nowMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#grewMs = nowMs;
  }

  observe(height: bigint, nowMs: number): void {
    if (height <= this.#height) return;
    this.#height = height;
    this.#grewMs = nowMs;
  }

  isServing(nowMs: number): boolean {
    return nowMs - this.#grewMs <= this.#timeoutMs;
  }
}
