// What the processes of a chain use, from /proc.

import { readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second, whatever the kernel's own clock. */
const MS_PER_TICK = 10;

export interface ProcessUse {
  readonly node: number;
  readonly service: string;
  readonly pid: number;
  /** Since its start, user and system, all threads. */
  readonly cpuMs: number;
  readonly residentMiB: number;
  /** The most it ever had. */
  readonly peakMiB: number;
}

/** The part of a devnet's state that tells its processes. */
export interface NodeProcesses {
  readonly index: number;
  /** Process ids by service. */
  readonly processes: Readonly<Record<string, number>>;
}

export function processUses(nodes: readonly NodeProcesses[]): ProcessUse[] {
  return nodes.flatMap(({ index, processes }) =>
    Object.entries(processes).map(([service, pid]) => ({ node: index, service, pid, ...useOf(pid) })),
  );
}

function useOf(pid: number): Pick<ProcessUse, 'cpuMs' | 'residentMiB' | 'peakMiB'> {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold blanks; after it, state is the first field, utime the twelfth, stime the thirteenth.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
    residentMiB: mebibytes('VmRSS'),
    peakMiB: mebibytes('VmHWM'),
  };
}
