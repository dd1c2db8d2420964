// proto/ against the tables of docs/protocol/wire.md, read from the text itself: rpcs, messages, enums.

import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { rpcs, types } from './schema.ts';

const text = readFileSync(new URL('../../../docs/protocol/wire.md', import.meta.url), 'utf8');
const section = (from: string, to: string) => text.slice(text.indexOf(from), text.indexOf(to));

/** The network's own protocol between nodes is ours alone. */
const OWN_PACKAGE = 'link';
const specified = [...types].filter(([name]) => !name.startsWith(`${OWN_PACKAGE}.`));

test('services and rpcs (section 3)', () => {
  const rows = section('## 3. ', '## 4. ').matchAll(/^\| (\/\S+) \| (\S+) \| (\S+) \|$/gm);
  const health = (name = '') => (name.startsWith('HealthCheck') ? `grpc.health.v1.${name}` : name);
  const table = [...rows].map(([, path = '', request, response]) => ({
    path,
    request: health(request),
    response: health(response),
  }));
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  expect(table.length).toBeGreaterThan(40);
  expect(rpcs.toSorted(byPath)).toEqual(table.sort(byPath));
});

/** `Hashes { 1 hashes:[Hash] }` as the text writes a message. */
function asInSpecification(type: protobuf.Type): string {
  const fields = type.fieldsArray
    .filter((field) => !field.partOf)
    .map((field) => `${field.id} ${snakeCase(field.name)}:${typeOf(field)}`);
  const oneofs = type.oneofsArray.map((oneof) => {
    const members = oneof.fieldsArray.map((field) => `${field.id} ${snakeCase(field.name)}:${typeOf(field)}`);
    return `oneof ${snakeCase(oneof.name)} { ${members.join('; ')} }`;
  });
  return `${type.name} { ${[...fields, ...oneofs].join('; ')} }`.replace('{  }', '{ }');
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const SHORT: Readonly<Record<string, string>> = { uint32: 'u32', uint64: 'u64' };

function typeOf(field: protobuf.Field): string {
  const isEnum = field.resolvedType instanceof protobuf.Enum;
  const name = `${SHORT[field.type] ?? field.type}${isEnum ? '(enum)' : ''}`;
  return field.repeated ? `[${name}]` : name;
}

test('messages (section 4)', () => {
  const blocks = section('## 4. ', '## 5. ').matchAll(/^```\n(.*?)^```$/gms);
  const lines = [...blocks].flatMap(([, block = '']) => block.trim().split('\n'));
  const wanted = lines.map((line) => line.replace(/\s+/g, ' ')).sort();
  expect(wanted.length).toBeGreaterThan(60);
  expect(specified.map(([, type]) => asInSpecification(type)).sort()).toEqual(wanted);
});

test('regions and serving status (sections 5.1, 5.2)', () => {
  const regions = section('### 5.1', '### 5.2').matchAll(/(\d+) \| (\w+)/g);
  const values = [...regions]
    .map(([, value, name]) => [name, Number(value)])
    .sort((a, b) => Number(a[1]) - Number(b[1]));
  const status = section('### 5.2', '### 5.3').matchAll(/([A-Z_]+) = ([012])\b/g);
  const enums = [...types.values()][0]?.root;
  expect(Object.entries(enums?.lookupEnum('storage.Regions').values ?? {})).toEqual(values);
  expect(enums?.lookupEnum('grpc.health.v1.HealthCheckResponse.ServingStatus').values).toEqual(
    Object.fromEntries([...status].map(([, name, value]) => [name, Number(value)])),
  );
});
