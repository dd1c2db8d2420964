import { expect, test } from 'vitest';
import { revertReason } from './revert-reason.ts';

const selector = '08c379a0';
const words = '00'.repeat(64);
const text = (value: string): string => Buffer.from(value).toString('hex');

/** docs/protocol/executor.md 9: neither the offset nor the length in the data is looked at. */
test.each([
  ['a reason', `${selector}${words}${text('no way')}${'00'.repeat(26)}`, 'no way'],
  ['no zero byte at the end', `${selector}${words}${text('to the end')}`, 'to the end'],
  ['absurd words', `${selector}${'ff'.repeat(64)}${text('é')}`, 'é'],
  ['text of length 0', `${selector}${words}${'00'.repeat(32)}`, ''],
  ['68 bytes', `${selector}${words}`, undefined],
  ['another selector', `4e487b71${words}${text('no')}`, undefined],
  ['not UTF-8', `${selector}${words}ff41`, undefined],
  ['not UTF-8 behind a zero byte', `${selector}${words}4100ff`, 'A'],
  ['nothing', '', undefined],
])('%s', (_name, data, reason) => {
  expect(revertReason(Uint8Array.fromHex(data))).toBe(reason);
});
