// Lines that somebody types or a pipe brings, one at a time for whoever asks next.

import type { Interface } from 'node:readline';

export class TypedLines {
  readonly #interface: Interface;
  /** Lines that came before somebody asked. */
  readonly #early: string[] = [];
  #deliver: ((line: string | undefined) => void) | undefined;
  #isClosed = false;

  constructor(lines: Interface) {
    this.#interface = lines;
    lines.on('line', (line) => this.#take(line));
    lines.on('close', () => {
      this.#isClosed = true;
      this.#take(undefined);
    });
  }

  /** The next line; undefined when there is none to come. */
  next(prompt: string): Promise<string | undefined> {
    const early = this.#early.shift();
    if (early !== undefined || this.#isClosed) return Promise.resolve(early);
    this.#interface.setPrompt(prompt);
    this.#interface.prompt();
    return new Promise((resolve) => {
      this.#deliver = resolve;
    });
  }

  #take(line: string | undefined): void {
    const deliver = this.#deliver;
    this.#deliver = undefined;
    if (deliver) deliver(line);
    else if (line !== undefined) this.#early.push(line);
  }
}
