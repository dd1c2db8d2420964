// Messages of original processes: decoded and encoded again they are the same bytes. The file is made by
// check-recordings.ts, which does the same for whole recordings.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../src/bytes.ts';
import { codecOf } from './messages.ts';
import { fromPeer, typeOf } from './schema.ts';

const messages = new Map<string, string[]>();
const file = gunzipSync(readFileSync(new URL('fixtures/recorded-messages.gz', import.meta.url))).toString();
for (const line of file.split('\n').filter(Boolean)) {
  const [typeName = '', hex = ''] = line.split(' ');
  messages.set(typeName, [...(messages.get(typeName) ?? []), hex]);
}

test('there are recordings of most messages', () => {
  expect(messages.size).toBe(52);
  expect([...messages.values()].flat().length).toBeGreaterThan(1_400);
});

describe.each([...messages])('%s', (typeName, recorded) => {
  const codec = codecOf(typeName);
  const type = typeOf(typeName);

  test(`${recorded.length} recorded messages`, () => {
    for (const hex of recorded) {
      const bytes = fromHex(hex);
      const message = codec.decode(bytes);
      expect(toHex(codec.encode(message))).toBe(hex);
      expect(fromPeer(type, type.decode(bytes))).toStrictEqual(message);
    }
  });
});
