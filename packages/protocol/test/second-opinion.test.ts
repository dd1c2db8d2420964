// Every codec against protobufjs on the same .proto files, where the two mean the same: any message is encoded to the
// same bytes, and read back to the same message.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from '../src/bytes.ts';
import { codecOf, codecs, services } from './messages.ts';
import { arbitraryOf, fromPeer, rpcs, toPeer, types } from './schema.ts';

test('every message of proto/ has a codec, and no other', () => {
  expect([...codecs.keys()].sort()).toEqual([...types.keys()].sort());
});

test('every rpc of proto/ is in the table of its service, with its messages', () => {
  const table = services.flatMap(({ name, methods }) =>
    Object.entries(methods).map(([key, { path, request, response }]) => {
      const rpc = key.charAt(0).toUpperCase() + key.slice(1);
      expect(path).toBe(`/${name}/${rpc}`);
      return { path, request: request.typeName, response: response.typeName };
    }),
  );
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  expect(table.sort(byPath)).toEqual(rpcs.toSorted(byPath));
});

describe.each([...types])('%s', (typeName, type) => {
  const codec = codecOf(typeName);

  test('is encoded and decoded as protobufjs does', () => {
    fc.assert(
      fc.property(arbitraryOf(type), (message) => {
        const bytes = codec.encode(message);
        expect(toHex(bytes)).toBe(toHex(type.encode(type.fromObject(toPeer(type, message))).finish()));
        const decoded = codec.decode(bytes);
        expect(decoded).toStrictEqual(message);
        expect(decoded).toStrictEqual(fromPeer(type, type.decode(bytes)));
      }),
      { numRuns: 60 },
    );
  });
});
