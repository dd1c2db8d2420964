import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogFileError, parseLogFile } from './log4rs.ts';

const parse = (yaml: string) => parseLogFile('log.yaml', yaml);

test('the file that the original tool writes', () => {
  const file = new URL('../test/fixtures/node/storage-log4rs.yaml', import.meta.url);
  const spec = parse(readFileSync(file, 'utf8'));
  expect(spec.refreshMs).toBe(30_000);
  expect(spec.root).toEqual({ level: 'info', appenders: ['journey-service'] });
  expect(Object.fromEntries(spec.loggers)).toEqual({
    quinn: { level: 'warn', appenders: [], additive: true },
  });
  expect(Object.fromEntries(spec.appenders)).toEqual({
    stdout: { kind: 'console', target: 'stdout', encoder: 'text', threshold: 'trace' },
    'journey-service': {
      kind: 'file',
      path: 'logs/storage-service.log',
      append: true,
      encoder: 'text',
      threshold: 'trace',
      roll: {
        limitBytes: 50 * 1024 * 1024,
        window: { pattern: 'logs/storage-service.{}.gz', base: 1, count: 5 },
      },
    },
  });
  expect(spec.remarks).toEqual([]);
});

test('json encoder, thresholds, delete roller, plain file, levels in capitals', () => {
  const spec = parse(`
appenders:
  a: { kind: file, path: a.log, append: false, encoder: { kind: json }, filters: [{ kind: threshold, level: WARN }] }
  b: { kind: rolling_file, path: b.log, policy: { trigger: { kind: size, limit: 7 kb }, roller: { kind: delete } } }
root: { level: Debug, appenders: [a, b] }
`);
  expect(spec.appenders.get('a')).toEqual({
    kind: 'file',
    path: 'a.log',
    append: false,
    encoder: 'json',
    threshold: 'warn',
  });
  expect(spec.appenders.get('b')).toMatchObject({ roll: { limitBytes: 7168 } });
  expect(spec.root.level).toBe('debug');
  expect(spec.refreshMs).toBeUndefined();
});

test('a pattern of its own is answered with the default line and a remark', () => {
  const spec = parse(
    "appenders: { a: { kind: console, encoder: { pattern: '{d} {m}{n}' } } }\nroot: { appenders: [a] }",
  );
  expect(spec.remarks).toEqual(['appenders.a.encoder.pattern is not supported: the default line is written']);
  expect(spec.root.level).toBe('debug');
});

test.each([
  ['10', 10],
  ['10b', 10],
  ['512kb', 512 * 1024],
  ['"50 MB"', 50 * 1024 ** 2],
  ['1gb', 1024 ** 3],
])('size %s', (limit, bytes) => {
  const spec = parse(
    `appenders: { a: { kind: rolling_file, path: x, policy: { trigger: { kind: size, limit: ${limit} }, roller: { kind: delete } } } }`,
  );
  expect(spec.appenders.get('a')).toMatchObject({ roll: { limitBytes: bytes } });
});

test.each([
  ['5 seconds', 5_000],
  ['2', 2_000],
  ['1 minute', 60_000],
  ['100ms', 100],
  ['1h', 3_600_000],
])('refresh rate %s', (rate, ms) => expect(parse(`refresh_rate: ${rate}`).refreshMs).toBe(ms));

describe('what is wrong is named', () => {
  test.each([
    ['root: { level: loud }', 'log.yaml: root.level: wanted one of off, error, warn, info, debug, trace'],
    ['refresh_rate: soon', 'log.yaml: refresh_rate: wanted a duration such as 30 seconds'],
    ['root: { level: info, appenders: [x] }', 'log.yaml: root.appenders: x is not one of the appenders ()'],
    ['loggers: { a: { appenders: [y] } }', 'log.yaml: loggers.a.appenders: y is not one of the appenders ()'],
    ['just text', 'log.yaml: the file: wanted object, received string'],
    ['', 'log.yaml: the file: wanted object, received null'],
    ['appenders: { a: { kind: file } }', 'log.yaml: appenders.a.path: wanted string, received undefined'],
  ])('%s', (yaml, problem) => expect(() => parse(yaml)).toThrow(problem));

  test('an appender of unknown kind, a roller without {}', () => {
    expect(() => parse('appenders: { a: { kind: syslog } }')).toThrow(
      /^log\.yaml: appenders\.a\.kind: wanted /,
    );
    const roller = '{ kind: fixed_window, pattern: a.gz, count: 3 }';
    expect(() =>
      parse(
        `appenders: { a: { kind: rolling_file, path: a, policy: { trigger: { kind: size, limit: 1 }, roller: ${roller} } } }`,
      ),
    ).toThrow('policy.roller.pattern: wanted a path with {} where the number goes');
  });

  test('text that is not YAML', () => expect(() => parse('a: [')).toThrow(/^log\.yaml: .* at line 1/));

  test('an alias of nothing', () =>
    expect(() => parse('root: *nothing')).toThrow(/^log\.yaml: Unresolved alias/));

  test('whatever it is, it ends in a LogFileError', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'root:level appenders{}[]-&*!|>"\'\n \t#1,?') });
    fc.assert(
      fc.property(fc.oneof(fc.string(), soup), (garbage) => {
        try {
          parse(garbage);
        } catch (error) {
          expect(error).toBeInstanceOf(LogFileError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
