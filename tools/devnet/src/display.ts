// What a person sees: one living table on a terminal, a line per event elsewhere. Pure functions from what is known to
// text, and a small screen that repaints.

import type { Chain } from './chain.ts';
import { SERVICES, type ServiceName } from './layout.ts';
import type { BlockView, NodeView } from './observer.ts';
import type { ProcessState } from './service-process.ts';

export interface Snapshot {
  readonly chain: Chain;
  /** Milliseconds since the devnet started. */
  readonly uptime: number;
  readonly views: readonly NodeView[];
  readonly processes: readonly Readonly<Record<ServiceName, ProcessState>>[];
  /** The newest blocks, oldest first. */
  readonly recent: readonly BlockView[];
  /** Transactions in all blocks since the devnet started. */
  readonly transactions: number;
}

const LETTER: Readonly<Record<ProcessState, (service: ServiceName) => string>> = {
  running: (service) => service,
  stopping: (service) => `(${service})`,
  stopped: () => '·',
  failed: (service) => `${service.toUpperCase()}!`,
};

/** `01:02:03` */
export function clockTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Mean time between the blocks, as `3.01 s`; `-` with less than two. The genesis block is older than the chain. */
export function timePerBlock(blocks: readonly BlockView[]): string {
  const made = blocks.filter(({ height }) => height > 0n);
  const [first, last] = [made[0], made[made.length - 1]];
  if (!first || !last || last.height === first.height) return '-';
  const ms = Number(last.timestamp - first.timestamp) / Number(last.height - first.height);
  return `${(ms / 1000).toFixed(2)} s`;
}

export function nodeState(processes: Readonly<Record<ServiceName, ProcessState>>, view: NodeView): string {
  const states = SERVICES.map((service) => processes[service]);
  if (states.includes('failed')) return 'failed';
  if (states.every((state) => state === 'stopped')) return 'stopped';
  if (states.includes('stopping')) return 'stopping';
  if (states.includes('stopped')) return 'partly up';
  if (view.height === undefined) return 'starting';
  return view.isSync ? 'syncing' : 'running';
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The living table, line by line. */
export function tableLines({ chain, uptime, views, processes, recent, transactions }: Snapshot): string[] {
  const { crypto, interval, nodes } = chain.parameters;
  const rows = chain.nodes.map((node, i) => {
    const view = views[i] ?? { height: undefined, peers: 0n, isSync: false };
    const states = processes[i];
    if (!states) return [];
    return [
      String(node.index),
      nodeState(states, view),
      view.height?.toString() ?? '-',
      view.height === undefined ? '-' : view.peers.toString(),
      `127.0.0.1:${node.ports.controller}`,
      `127.0.0.1:${node.ports.executor}`,
      SERVICES.map((service) => LETTER[states[service]](service)).join(' '),
    ];
  });
  const newest = recent[recent.length - 1];
  const summary = newest
    ? `block ${newest.height} · ${newest.transactions} transactions in it, ${transactions} since the start · ${timePerBlock(recent)} per block`
    : 'no block seen yet';
  return [
    `Hexapod devnet · ${crypto} · ${nodes} nodes · a block every ${interval} s · up ${clockTime(uptime)}`,
    '',
    ...table([['node', 'state', 'height', 'peers', 'controller', 'executor', 'processes'], ...rows]),
    '',
    summary,
  ];
}

/** One line for a block, where there is no terminal to repaint. */
export function blockLine(block: BlockView, views: readonly NodeView[]): string {
  const heights = views.map((view) => view.height?.toString() ?? '-').join(' ');
  const noun = block.transactions === 1 ? 'transaction' : 'transactions';
  return `block ${block.height}: ${block.transactions} ${noun}; heights of the nodes: ${heights}`;
}

/** Paints lines over the ones painted before; messages scroll above them. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  #painted: readonly string[] = [];

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  get isTerminal(): boolean {
    return this.#out.isTTY === true;
  }

  paint(lines: readonly string[]): void {
    if (!this.isTerminal) return;
    const width = Math.max(20, this.#out.columns - 1);
    const cut = lines.slice(0, Math.max(1, this.#out.rows - 1)).map((line) => line.slice(0, width));
    this.#out.write(`${this.#erase()}${cut.join('\n')}\n`);
    this.#painted = cut;
  }

  /** A message that stays, above the table. */
  say(text: string): void {
    const table = this.#painted;
    this.#out.write(`${this.#erase()}${text}\n`);
    this.#painted = [];
    if (table.length > 0) this.paint(table);
  }

  #erase(): string {
    return this.#painted.length > 0 ? `\x1b[${this.#painted.length}A\x1b[0J` : '';
  }
}
