// Decodes and encodes every message of a folder of recordings, and can keep a selection of them as the fixture of the
// tests. Usage: node packages/protocol/test/check-recordings.ts FOLDER [FIXTURE.gz]

import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { equalBytes, toHex } from '../src/bytes.ts';
import { codecOf } from './messages.ts';
import { messagesOf, type RecordedMessage } from './recorded-messages.ts';

/** Distinct messages of a type that the fixture keeps: enough for every shape, few enough for a small file. */
const KEPT_PER_TYPE = 60;

function isIdentity({ typeName, bytes }: RecordedMessage): boolean {
  const codec = codecOf(typeName);
  return equalBytes(codec.encode(codec.decode(bytes)), bytes);
}

/** So many of the distinct ones by length, from the shortest to the longest. */
function selection(messages: ReadonlySet<string>): string[] {
  const sorted = [...messages].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const step = Math.max(1, (sorted.length - 1) / (KEPT_PER_TYPE - 1));
  const kept = Array.from(
    { length: Math.min(sorted.length, KEPT_PER_TYPE) },
    (_, i) => sorted[Math.round(i * step)],
  );
  return kept.filter((hex) => hex !== undefined);
}

function main(folder: string, fixture: string | undefined): void {
  const distinct = new Map<string, Set<string>>();
  const count = { direct: 0, carried: 0, different: 0 };
  for (const file of globSync('**/*.jsonl.gz', { cwd: folder }).sort()) {
    const lines = gunzipSync(readFileSync(join(folder, file)))
      .toString()
      .split('\n')
      .filter(Boolean);
    for (const [index, line] of lines.entries()) {
      const { direct, carried } = messagesOf(line);
      count.direct += direct.length;
      count.carried += carried.length;
      for (const message of [...direct, ...carried]) {
        if (!isIdentity(message)) {
          count.different++;
          console.log(
            `${file}:${index + 1}: ${message.typeName} encodes differently: ${toHex(message.bytes)}`,
          );
        }
        const ofType = distinct.get(message.typeName) ?? new Set();
        distinct.set(message.typeName, ofType.add(toHex(message.bytes)));
      }
    }
  }
  const types = [...distinct].sort(([a], [b]) => (a < b ? -1 : 1));
  console.table(types.map(([type, messages]) => ({ type, distinct: messages.size })));
  console.log(
    `${count.direct} requests and responses, ${count.carried} messages inside them: ${count.different} encode differently`,
  );
  if (fixture !== undefined) {
    const lines = types.flatMap(([typeName, messages]) =>
      selection(messages).map((hex) => `${typeName} ${hex}\n`),
    );
    writeFileSync(fixture, gzipSync(lines.join(''), { level: 9 }));
    console.log(`${fixture}: ${lines.length} messages`);
  }
  process.exitCode = count.different > 0 ? 1 : 0;
}

const [folder, fixture] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: check-recordings.ts FOLDER [FIXTURE.gz]');
main(folder, fixture);
