// The block log's file in memory.

import type { WriteAheadLog } from '../../src/block-log.ts';
import type { CrashPoint } from './crash.ts';

/** What survives a crash. */
export interface LogDisk {
  records: Uint8Array[];
}

export function memoryWal(disk: LogDisk, crash: CrashPoint): WriteAheadLog {
  return {
    get bytes() {
      return disk.records.reduce((sum, record) => sum + record.length, 0);
    },
    append: (record) => crash.step('wal', () => void disk.records.push(record.slice())),
    replay: async () => disk.records.map((record) => record.slice()),
    reset: () => crash.step('wal reset', () => void disk.records.splice(0)),
  };
}
