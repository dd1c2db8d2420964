// `start`: makes or continues a chain, runs it in the foreground, shows it, and stops it on Ctrl-C.

import { readFile } from 'node:fs/promises';
import { type Chain, type ChainParameters, findChain, makeChain, removeChain, requireSame } from './chain.ts';
import { prepareClient } from './client-context.ts';
import { Devnet, takeOver } from './devnet.ts';
import { blockLine, Screen, type Snapshot, tableLines } from './display.ts';
import { basePortRange } from './layout.ts';
import { type BlockView, Observer } from './observer.ts';
import { ownCommand } from './service-process.ts';
import { welcome } from './welcome.ts';

const DEFAULTS: ChainParameters = { nodes: 4, crypto: 'sm', interval: 3, basePort: 50_000 };
const LOOK_INTERVAL = 500;
/** Blocks over which the time per block is averaged. */
const RECENT = 10;

async function chainFor(
  data: string,
  wanted: Partial<ChainParameters>,
  fresh: boolean,
): Promise<[Chain, string]> {
  if (fresh) await removeChain(data);
  const found = await findChain(data);
  if (found) {
    requireSame(found, wanted);
    return [found, `continuing the chain in ${data}`];
  }
  const parameters = { ...DEFAULTS, ...wanted };
  const { min, max } = basePortRange(parameters.nodes);
  if (parameters.basePort < min || parameters.basePort > max) {
    throw new Error(
      `--base-port ${parameters.basePort}: with ${parameters.nodes} nodes it must lie from ${min} to ${max}`,
    );
  }
  return [await makeChain(data, parameters), `made a new chain in ${data}`];
}

/** Repeats `step` until the signal; a step is never started while another runs. */
async function every(ms: number, signal: AbortSignal, step: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await step();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}

class Watch {
  readonly #chain: Chain;
  readonly #devnet: Devnet;
  readonly #observer: Observer;
  readonly #screen: Screen;
  readonly #started = performance.now();
  #recent: BlockView[] = [];
  #transactions = 0;
  #welcomed = false;

  constructor(chain: Chain, devnet: Devnet, screen: Screen) {
    this.#chain = chain;
    this.#devnet = devnet;
    this.#screen = screen;
    this.#observer = new Observer(chain.nodes);
  }

  /** Looks at the chain once and shows what is new. `text` is shown when all nodes answer for the first time. */
  async step(text: string): Promise<void> {
    const blocks = await this.#observer.look();
    const isFirstLook = this.#recent.length === 0;
    for (const block of blocks) {
      this.#recent = [...this.#recent, block].slice(-RECENT);
      if (!isFirstLook) this.#transactions += block.transactions;
      if (!this.#screen.isTerminal) this.#screen.say(blockLine(block, this.#observer.views));
    }
    if (!this.#welcomed && this.#observer.views.every((view) => (view.height ?? 0n) >= 1n)) {
      this.#welcomed = true;
      this.#screen.say(text);
    }
    this.#screen.paint(tableLines(this.#snapshot()));
  }

  close(): void {
    this.#observer.close();
  }

  #snapshot(): Snapshot {
    return {
      chain: this.#chain,
      uptime: performance.now() - this.#started,
      views: this.#observer.views,
      processes: this.#devnet.states,
      recent: this.#recent,
      transactions: this.#transactions,
    };
  }
}

/** Runs the devnet on `data` until a signal or the stop command; everything has ended when it returns. */
export async function runDevnet(
  data: string,
  wanted: Partial<ChainParameters>,
  fresh: boolean,
): Promise<void> {
  const screen = new Screen(process.stdout);
  const say = (text: string): void => screen.say(text);
  await takeOver(data, say);
  const [chain, how] = await chainFor(data, wanted, fresh);
  const adminKey = await readFile(chain.admin.privateKeyFile, 'utf8');
  const cldiHome = await prepareClient(chain, adminKey);
  say(`Hexapod devnet: ${how}; starting ${chain.nodes.length} nodes of six processes …`);

  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const devnet = new Devnet({ chain, cldiHome, command: ownCommand }, { say, onStopRequest: stop });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  try {
    await devnet.start();
    const watch = new Watch(chain, devnet, screen);
    await every(LOOK_INTERVAL, stopping.signal, () => watch.step(welcome(chain, cldiHome)));
    watch.close();
    say('stopping all processes …');
  } finally {
    await devnet.stop();
  }
  say(`stopped. "npm start" continues this chain; its data: ${data}`);
}
