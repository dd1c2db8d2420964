import { describe, expect, test } from 'vitest';
import { parseProto } from './parse.ts';

const parse = (text: string) => parseProto(`syntax = "proto3";\n${text}`, 'x.proto');

test('a file with everything that is supported', () => {
  const file = parseProto(
    `// What it is about.

syntax = "proto3";

package a.b;

import "c.proto";

// Nobody's.

// A message
// of two lines.
message M {
  // Why.
  uint64 first_field = 1;
  repeated c.N others = 12;
  oneof choice {
    // Yes.
    bytes yes = 2;
    M no = 3;
  }
  enum Inner { ZERO = 0; ONE = 1; }
}
message Empty {}
enum E {
  // None.
  NONE = 0;
}
service S {
  // Does it.
  rpc Do(M) returns (c.N);
}
`,
    'a.proto',
  );
  expect(file).toEqual({
    comment: 'What it is about.',
    packageName: 'a.b',
    imports: ['c.proto'],
    messages: [
      {
        comment: 'A message\nof two lines.',
        name: 'M',
        fields: [
          {
            comment: 'Why.',
            name: 'first_field',
            number: 1,
            type: 'uint64',
            isRepeated: false,
            oneof: undefined,
          },
          { comment: '', name: 'others', number: 12, type: 'c.N', isRepeated: true, oneof: undefined },
          { comment: 'Yes.', name: 'yes', number: 2, type: 'bytes', isRepeated: false, oneof: 'choice' },
          { comment: '', name: 'no', number: 3, type: 'M', isRepeated: false, oneof: 'choice' },
        ],
        enums: [
          {
            comment: '',
            name: 'Inner',
            values: [
              { comment: '', name: 'ZERO', number: 0 },
              { comment: '', name: 'ONE', number: 1 },
            ],
          },
        ],
      },
      { comment: '', name: 'Empty', fields: [], enums: [] },
    ],
    enums: [{ comment: '', name: 'E', values: [{ comment: 'None.', name: 'NONE', number: 0 }] }],
    services: [
      {
        comment: '',
        name: 'S',
        methods: [{ comment: 'Does it.', name: 'Do', request: 'M', response: 'c.N' }],
      },
    ],
  });
});

test('a field may be called like a word of the language', () => {
  const [message] = parse('message M {\n  bytes message = 1;\n  string type = 2;\n}').messages;
  expect(message?.fields.map((field) => field.name)).toEqual(['message', 'type']);
});

describe('refuses with file and line', () => {
  test.each([
    [
      'option java_package = "x";',
      'proto/x.proto:2: option is not in the part of proto3 that this project uses',
    ],
    ['message M {\n  map<string, M> m = 1;\n}', 'proto/x.proto:3: map is not in the part'],
    ['message M {\n  optional bytes m = 1;\n}', 'proto/x.proto:3: optional is not in the part'],
    ['message M {\n  reserved 2;\n}', 'proto/x.proto:3: reserved is not in the part'],
    ['message M {\n  message N {}\n}', 'proto/x.proto:3: message is not in the part'],
    ['message M {\n  oneof o {\n    repeated bytes m = 1;\n  }\n}', 'proto/x.proto:4: '],
    ['message M {\n  bytes m = 1 [packed = true];\n}', 'proto/x.proto:3: wanted ;, got ['],
    ['message M {\n  bytes m = one;\n}', 'proto/x.proto:3: wanted a number, got one'],
    ['service S {\n  rpc Do(stream M) returns (M);\n}', 'proto/x.proto:3: stream is not in the part'],
    ['service S {\n  option x = 1;\n}', 'proto/x.proto:3: option is not in the part'],
    ['enum E {\n  option x = 1;\n}', 'proto/x.proto:3: option is not in the part'],
    ['message M {\n  bytes m = 1;\n', 'proto/x.proto:3: wanted }, got the end of the file'],
    ['message', 'proto/x.proto:2: wanted a name, got the end of the file'],
    ['}', 'proto/x.proto:2: } is not in the part'],
    ['message M { bytes m = 1; } /* no */', 'proto/x.proto:2: / is not in the part'],
  ])('%j', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  test('a file of another syntax', () => {
    expect(() => parseProto('syntax = "proto2";', 'x.proto')).toThrow('wanted "proto3", got "proto2"');
    expect(() => parseProto('', 'x.proto')).toThrow(
      'proto/x.proto:1: wanted syntax, got the end of the file',
    );
  });
});
