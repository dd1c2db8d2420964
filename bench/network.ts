// Messages from node to node: how many, how fast, at which cost. Over two network processes with gRPC at both ends, over the
// link alone, and beside them by one gRPC call, which is what most of the cost is. Usage: node bench/network.ts [seconds per row]

import { type Load, measure } from './network/measure.ts';
import { byOneCall, type OpenWay, overLink, overProcesses } from './network/ways.ts';

const SECONDS = Number(process.argv[2] ?? 3);

const LOADS: readonly Load[] = [
  { what: 'a vote, one at a time', size: 300, window: 1 },
  { what: 'votes', size: 300, window: 128 },
  { what: 'batches of transactions', size: 60_000, window: 32 },
  { what: 'proposals', size: 1 << 20, window: 8 },
  { what: 'sync answers', size: 16 << 20, window: 2 },
];

const WAYS: readonly [string, () => Promise<OpenWay>][] = [
  ['two network processes; CPU is theirs', overProcesses],
  ['the link alone, both ends in this process', overLink],
  ['one gRPC call, both ends in this process', byOneCall],
];

for (const [name, open] of WAYS) {
  const { way, origin, stop } = await open();
  const rows: Record<string, string | number>[] = [];
  try {
    for (const load of LOADS) {
      const result = await measure(way, origin, load, SECONDS);
      rows.push({
        message: load.what,
        bytes: load.size,
        'under way': load.window,
        'messages/s': Math.round(result.perSecond),
        'MB/s': Number(result.megabytesPerSecond.toFixed(1)),
        'p50 ms': Number(result.p50.toFixed(2)),
        'p99 ms': Number(result.p99.toFixed(2)),
        'CPU µs/message': Math.round(result.cpuMicros),
      });
    }
  } finally {
    await stop();
  }
  process.stdout.write(`\n${name}\n`);
  console.table(rows);
}
