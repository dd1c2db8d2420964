import { VirtualClock } from '@hexapod/common/clock';
import { recordingLog } from '@hexapod/common/log';
import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { RepeatedWarning } from './repeated-warning.ts';

describe('RepeatedWarning', () => {
  it('writes each kind once a period, with the number of those between', () => {
    const clock = new VirtualClock();
    const { log, lines } = recordingLog('t');
    const warning = new RepeatedWarning(clock, log);
    for (let i = 0; i < 5; i++) warning.warn('a', 'full');
    warning.warn('b', 'other', 3);
    expect(lines).toEqual(['WARN t - full', 'WARN t - other (3 times)']);
    clock.advance(LIMITS.repeatMs);
    warning.warn('a', 'full', 2);
    expect(lines.at(-1)).toBe('WARN t - full (6 times)');
    warning.warn('a', 'full');
    expect(lines).toHaveLength(3);
  });

  it('remembers a bounded number of kinds', () => {
    const { log, lines } = recordingLog('t');
    const warning = new RepeatedWarning(new VirtualClock(), log);
    for (let i = 0; i < 2_000; i++) warning.warn(`${i}`, 'x');
    warning.warn('1999', 'x');
    expect(lines).toHaveLength(2_000);
    warning.warn('0', 'x');
    expect(lines).toHaveLength(2_001);
  });
});
