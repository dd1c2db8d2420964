import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowWriter } from '../store/row-writer.ts';
import { readRow, slotCodec, type Versioned, valueAt, writeRow, ZERO_SLOT } from './flat-records.ts';
import { nextTrail, pageOf, ReplacedRows, replacedRow } from './history.ts';

type Row = Versioned<number | bigint>;

/** A slot that was set at these heights, each time to its height, beside other rows that were replaced. */
class History {
  readonly pages = new Map<string, Uint8Array>();
  row: Row = ZERO_SLOT;
  reads = 0;

  set(height: number, others: number): void {
    const replaced = new ReplacedRows((page, row) => this.pages.set(`${height} ${page}`, row));
    const before = this.row;
    for (let i = 0; i < others; i++) replaced.add((writer) => writer.byte(i));
    const index = before.version < 0 ? 0 : replaced.add((writer) => writeRow(writer, before, slotCodec));
    for (let i = 0; i < others; i++) replaced.add((writer) => writer.byte(i));
    replaced.finish();
    const trail = nextTrail(before.version, before.trail, height, index);
    const writer = new RowWriter();
    writeRow(writer, { value: height, version: before.version + 1, trail }, slotCodec);
    this.row = readRow(writer.take(), slotCodec);
  }

  at(height: number): number | bigint | undefined {
    return valueAt(this.row, height, (place, index) => {
      this.reads++;
      const page = this.pages.get(`${place} ${pageOf(index)}`);
      if (page === undefined) throw new Error(`no page for ${index} at ${place}`);
      return readRow(replacedRow(page, index), slotCodec);
    });
  }
}

test('every value is found at every height', () => {
  const heights = fc
    .uniqueArray(fc.nat({ max: 300 }), { minLength: 1, maxLength: 120 })
    .map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(heights, fc.nat({ max: 70 }), (list, others) => {
      const history = new History();
      for (const height of list) history.set(height, others);
      for (let height = 0; height <= 301; height++) {
        expect(history.at(height)).toBe(list.findLast((one) => one <= height));
      }
    }),
    { numRuns: 60 },
  );
});

test('in as many steps as the number of versions has bits', () => {
  const history = new History();
  for (let height = 1; height <= 5000; height++) history.set(height * 10, 0);
  expect(history.row.trail.length).toBeLessThanOrEqual(2 * 14);
  for (let height = 15; height < 50_000; height += 997) {
    history.reads = 0;
    expect(history.at(height)).toBe(height - (height % 10));
    expect(history.reads).toBeLessThanOrEqual(13);
  }
});
