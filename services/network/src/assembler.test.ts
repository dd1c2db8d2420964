import { describe, expect, it } from 'vitest';
import { Assembler } from './assembler.ts';
import { LinkViolation } from './frame.ts';
import { LIMITS } from './limits.ts';
import { Ledger } from './payload.ts';

function assembler() {
  const ledger = new Ledger(LIMITS.assemblyBytes);
  return { ledger, assembler: new Assembler(ledger) };
}

const chunk = (stream: number, total: number, ...data: number[]) => ({
  stream,
  total,
  data: Uint8Array.from(data),
});

describe('Assembler', () => {
  it('puts interleaved messages together', () => {
    const { assembler: it, ledger } = assembler();
    expect(it.accept(chunk(0, 4, 1, 2))).toBeUndefined();
    expect(it.accept(chunk(3, 3, 7))).toBeUndefined();
    expect(ledger.used).toBe(7);
    expect(it.accept(chunk(0, 0, 3, 4))).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(it.accept(chunk(3, 0, 8, 9))).toEqual(Uint8Array.of(7, 8, 9));
    expect([it.reserved, ledger.used]).toEqual([0, 0]);
    expect(it.accept(chunk(0, 1, 5))).toEqual(Uint8Array.of(5));
  });

  it.each([
    ['a stream that does not exist', [chunk(6, 1, 1)]],
    ['a part without a beginning', [chunk(0, 0, 1)]],
    ['a message of nothing', [chunk(0, 0)]],
    ['a part of nothing', [chunk(0, 2, 1), chunk(0, 0)]],
    ['a part too many', [chunk(0, 2, 1), chunk(0, 0, 2, 3)]],
    ['a beginning inside a message', [chunk(0, 2, 1), chunk(0, 2, 1)]],
    ['a message beyond the limit', [chunk(0, LIMITS.messageBytes + 1, 1)]],
    [
      'more than a link may have unfinished',
      [chunk(0, LIMITS.messageBytes, 1), chunk(1, LIMITS.messageBytes, 1)],
    ],
  ])('refuses %s', (_what, chunks) => {
    const { assembler: it } = assembler();
    expect(() => {
      for (const part of chunks) it.accept(part);
    }).toThrow(LinkViolation);
  });

  it('holds a largest message and one below on each other stream', () => {
    const { assembler: it } = assembler();
    it.accept(chunk(0, LIMITS.messageBytes, 1));
    for (const stream of [1, 2, 3, 4]) it.accept(chunk(stream, LIMITS.largeBytes, 1));
    expect(it.reserved).toBe(LIMITS.assemblyBytesPerLink);
  });

  it('gives everything back when it is cleared', () => {
    const { assembler: it, ledger } = assembler();
    it.accept(chunk(0, 100, 1));
    it.accept(chunk(1, 100, 1));
    it.clear();
    expect([it.reserved, ledger.used]).toEqual([0, 0]);
    expect(it.accept(chunk(0, 1, 5))).toEqual(Uint8Array.of(5));
  });
});
