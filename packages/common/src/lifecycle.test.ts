import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Lifecycle } from './lifecycle.ts';
import { recordingLog } from './log.ts';

class TestProcess extends EventEmitter {
  readonly exited = Promise.withResolvers<number>();
  exit(code: number): void {
    this.exited.resolve(code);
  }
}

let host: TestProcess;
let lifecycle: Lifecycle;
let lines: string[];
let steps: string[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { log, lines: recorded } = recordingLog();
  lines = recorded;
  steps = [];
  host = new TestProcess();
  lifecycle = new Lifecycle(log, { process: host });
});
afterEach(() => {
  vi.useRealTimers();
});

const step = (name: string) =>
  lifecycle.onStop(name, async () => {
    steps.push(name);
  });

test('the stop takes its steps in the reverse order, and exits with 0', async () => {
  step('first');
  step('second');
  lifecycle.started();
  expect(lifecycle.signal.aborted).toBe(false);
  host.emit('SIGTERM');
  expect(lifecycle.signal.aborted).toBe(true);
  expect(await host.exited.promise).toBe(0);
  expect(steps).toEqual(['second', 'first']);
  expect(lines).toEqual(['INFO test - exit by signal: 15']);
});

test('a step that fails does not keep the others from being taken, but shows in the exit code', async () => {
  step('first');
  lifecycle.onStop('database', () => Promise.reject(new Error('disk is gone')));
  lifecycle.started();
  host.emit('SIGINT');
  expect(await host.exited.promise).toBe(1);
  expect(steps).toEqual(['first']);
  expect(lines[1]).toMatch(/^ERROR test - database did not stop well: disk is gone/);
});

test('a step that does not end is not waited for longer than ten seconds', async () => {
  lifecycle.onStop('stuck', () => new Promise(() => undefined));
  lifecycle.started();
  host.emit('SIGTERM');
  vi.advanceTimersByTime(9_999);
  expect(lines).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(await host.exited.promise).toBe(1);
  expect(lines[1]).toBe('ERROR test - the stop took more than 10000 ms: exit at once');
});

test('a second signal exits at once', async () => {
  lifecycle.onStop('stuck', () => new Promise(() => undefined));
  lifecycle.started();
  host.emit('SIGTERM');
  host.emit('SIGTERM');
  expect(await host.exited.promise).toBe(143);
});

test('a signal during the start is obeyed when the start is over, or after two seconds', async () => {
  step('half started');
  host.emit('SIGTERM');
  expect(steps).toEqual([]);
  step('late');
  lifecycle.started();
  expect(await host.exited.promise).toBe(0);
  expect(steps).toEqual(['late', 'half started']);
});

test('a start that does not give up is left after two seconds', async () => {
  step('half started');
  host.emit('SIGTERM');
  vi.advanceTimersByTime(2_000);
  expect(await host.exited.promise).toBe(0);
  expect(steps).toEqual(['half started']);
});

test('uncaught errors are logged with their stacks and end nothing', () => {
  host.emit('uncaughtException', new Error('bug'));
  host.emit('unhandledRejection', 'just text');
  expect(lines[0]).toMatch(/^ERROR test - uncaught error: bug\n {2}Error: bug\n/);
  expect(lines[1]).toBe('ERROR test - unhandled rejection err="just text"');
});
