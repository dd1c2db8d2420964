// The figures of a run, as JSON and as tables.

import { cpus, totalmem } from 'node:os';
import type { SeenBlock } from './confirm.ts';
import type { ProcessUse } from './processes.ts';
import type { Sent } from './send.ts';

export interface Run {
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly sent: Sent;
  /** From the first block after sending began to the last that held one of the transactions. */
  readonly blocks: readonly SeenBlock[];
  readonly before: readonly ProcessUse[];
  readonly after: readonly ProcessUse[];
  readonly stages: ReadonlyMap<string, number>;
  /** CPU time of all processes while nothing is sent. */
  readonly idleCpuMsPerSecond: number;
}

export interface Report {
  readonly settings: Run['settings'];
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly node: string;
  };
  readonly accepted: number;
  readonly confirmed: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly acceptedPerSecond: number;
  readonly confirmedPerSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly blocks: {
    readonly count: number;
    readonly mostTransactions: number;
    readonly meanIntervalMs: number;
  };
  /** All that the processes used while it lasted, also what they would have used idle. */
  readonly cpuMsPerTransaction: number;
  readonly idleCpuMsPerSecond: number;
  readonly processes: readonly (ProcessUse & { readonly cpuMsPerTransaction: number })[];
  /** Wall time of all nodes together by `service stage`, ms for one transaction. */
  readonly stageMsPerTransaction: Readonly<Record<string, number>>;
}

export function reportOf({ settings, sent, blocks, before, after, stages, idleCpuMsPerSecond }: Run): Report {
  const latencies: number[] = [];
  let lastSeen = sent.startMs;
  for (const { hashes, seenMs } of blocks) {
    for (const hash of hashes) {
      const sentMs = sent.accepted.get(hash);
      if (sentMs === undefined) continue;
      latencies.push(seenMs - sentMs);
      lastSeen = seenMs;
    }
  }
  latencies.sort((a, b) => a - b);
  const confirmed = latencies.length;
  const perTransaction = (ms: number): number => ms / Math.max(1, confirmed);
  const cpuBefore = new Map(before.map(({ pid, cpuMs }) => [pid, cpuMs]));
  const processes = after.map((use) => ({
    ...use,
    cpuMsPerTransaction: perTransaction(use.cpuMs - (cpuBefore.get(use.pid) ?? 0)),
  }));
  const [first, last] = [blocks[0], blocks.at(-1)];
  return {
    settings,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    accepted: sent.accepted.size,
    confirmed,
    refused: Object.fromEntries(sent.refused),
    acceptedPerSecond: rate(sent.accepted.size, sent.endMs - sent.startMs),
    confirmedPerSecond: rate(confirmed, lastSeen - sent.startMs),
    latencyMs: { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), max: latencies.at(-1) ?? 0 },
    blocks: {
      count: blocks.length,
      mostTransactions: Math.max(0, ...blocks.map(({ hashes }) => hashes.length)),
      meanIntervalMs:
        first && last ? Number(last.timestamp - first.timestamp) / Math.max(1, blocks.length - 1) : 0,
    },
    cpuMsPerTransaction: processes.reduce((sum, use) => sum + use.cpuMsPerTransaction, 0),
    idleCpuMsPerSecond,
    processes,
    stageMsPerTransaction: Object.fromEntries([...stages].map(([stage, ms]) => [stage, perTransaction(ms)])),
  };
}

function rate(count: number, ms: number): number {
  return ms > 0 ? (count / ms) * 1000 : 0;
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

export function formatReport(report: Report): string {
  const { machine, latencyMs, blocks } = report;
  const settings = Object.entries(report.settings).map(([name, value]) => `${name} ${value}`);
  const refused = Object.entries(report.refused).map(([text, count]) => `${count} ${text}`);
  const lines = [
    settings.join(', '),
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}`,
    '',
    `accepted             ${report.accepted} (${report.acceptedPerSecond.toFixed(0)}/s)`,
    ...(refused.length > 0 ? [`refused              ${refused.join(', ')}`] : []),
    `confirmed            ${report.confirmed} (${report.confirmedPerSecond.toFixed(0)}/s)`,
    `latency send → block p50 ${latencyMs.p50.toFixed(0)} ms, p99 ${latencyMs.p99.toFixed(0)} ms, max ${latencyMs.max.toFixed(0)} ms`,
    `blocks               ${blocks.count}, at most ${blocks.mostTransactions} transactions, one in ${blocks.meanIntervalMs.toFixed(0)} ms`,
    `CPU                  ${report.cpuMsPerTransaction.toFixed(3)} ms per transaction, all processes together`,
    `idle                 ${report.idleCpuMsPerSecond.toFixed(0)} ms CPU per second, all processes together`,
    '',
    ...processTable(report),
    '',
    ...stageTable(report),
  ];
  return `${lines.join('\n')}\n`;
}

function processTable({ processes }: Report): string[] {
  const services = [...new Set(processes.map(({ service }) => service))];
  const nodes = [...new Set(processes.map(({ node }) => node))];
  const table = (
    title: string,
    figure: (use: Report['processes'][number]) => number,
    digits: number,
  ): string[] => {
    const row = (name: string, uses: Report['processes']): string => {
      const cells = nodes.map((node) =>
        sum(uses.filter((use) => use.node === node).map(figure)).toFixed(digits),
      );
      return [
        name.padEnd(20),
        ...[...cells, sum(uses.map(figure)).toFixed(digits)].map((cell) => cell.padStart(9)),
      ].join('');
    };
    const head = [
      title.padEnd(20),
      ...[...nodes.map((node) => `node ${node}`), 'all'].map((cell) => cell.padStart(9)),
    ];
    return [
      head.join(''),
      ...services.map((service) =>
        row(
          service,
          processes.filter((use) => use.service === service),
        ),
      ),
      row('all', processes),
    ];
  };
  return [
    ...table('CPU, ms/transaction', (use) => use.cpuMsPerTransaction, 3),
    '',
    ...table('memory, MiB', (use) => use.residentMiB, 0),
  ];
}

const SHOWN_STAGES = 20;

function stageTable({ stageMsPerTransaction }: Report): string[] {
  const stages = Object.entries(stageMsPerTransaction).sort(([, a], [, b]) => b - a);
  if (stages.length === 0) return [];
  return [
    'wall time by stage, waits included, all nodes   ms/transaction',
    ...stages.slice(0, SHOWN_STAGES).map(([stage, ms]) => `${stage.padEnd(44)}${ms.toFixed(3).padStart(18)}`),
  ];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
