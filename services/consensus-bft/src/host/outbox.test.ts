import { recordingLog, silentLog } from '@hexapod/common/log';
import { Code } from '@hexapod/protocol/status-code';
import { expect, test } from 'vitest';
import type { Message } from '../core/types.ts';
import type { NetworkCalls } from './calls.ts';
import { Outbox } from './outbox.ts';

const everybody = { kind: 'all' } as const;
const blockOf = (bytes: number): Message => ({ kind: 'block', height: 1, raw: new Uint8Array(bytes) });

/** A network process that answers only when it is told to. */
function slowNetwork() {
  const answers: (() => void)[] = [];
  const answer = () =>
    new Promise<{ code: number }>((resolve) => answers.push(() => resolve({ code: Code.Success })));
  const calls: NetworkCalls = { sendMsg: answer, broadcast: answer, registerNetworkMsgHandler: answer };
  return { calls, answers };
}

test('a network process that does not answer gets so many calls and no more, until it does', async () => {
  const { calls, answers } = slowNetwork();
  const { log, lines } = recordingLog();
  const outbox = new Outbox(calls, log);
  for (let i = 0; i < 3000; i += 1) outbox.send(everybody, blockOf(1));
  expect(answers.length).toBe(1024);
  expect(lines.filter((line) => JSON.stringify(line).includes('are under way')).length).toBeGreaterThan(0);
  for (const answer of answers.splice(0)) answer();
  await new Promise((resolve) => setImmediate(resolve));
  outbox.send(everybody, blockOf(1));
  expect(answers.length).toBe(1);
});

test('nor more than so many bytes', () => {
  const { calls, answers } = slowNetwork();
  const outbox = new Outbox(calls, silentLog, { calls: 1024, bytes: 1 << 16 });
  for (let i = 0; i < 8; i += 1) outbox.send(everybody, blockOf(1 << 14));
  expect(answers.length).toBe(3); // each is a little more than a quarter of what may be under way
});
