/** Makes a failing case smaller as long as it goes on to fail in the same way. */
import type { FuzzBlock, FuzzCase, FuzzTransaction } from './fuzz-case.ts';

/** What a run of the case says: a text if it fails, undefined if it does not. */
type Run = (candidate: FuzzCase) => Promise<string | undefined>;

export interface Shrunk {
  readonly found: FuzzCase;
  readonly failure: string;
  readonly runs: number;
}

const JUMPDEST = '5b';

/** @param mostRuns how many candidates are tried. */
export async function shrink(found: FuzzCase, failure: string, run: Run, mostRuns = 3000): Promise<Shrunk> {
  let best: Shrunk = { found, failure, runs: 0 };
  let runs = 0;
  const attempt = async (candidate: FuzzCase): Promise<boolean> => {
    if (runs >= mostRuns) return false;
    runs++;
    const text = await run(candidate);
    if (text === undefined || kindOf(text) !== kindOf(best.failure)) return false;
    best = { found: candidate, failure: text, runs };
    return true;
  };
  for (let before = ''; before !== JSON.stringify(best.found) && runs < mostRuns; ) {
    before = JSON.stringify(best.found);
    await without(best.found.queries, (queries) => attempt({ ...best.found, queries }));
    await without(best.found.blocks, (blocks) => attempt({ ...best.found, blocks }));
    await withoutTransactions(() => best.found, attempt);
    await withSimplerTransactions(() => best.found, attempt);
  }
  return { ...best, runs };
}

/** "quotaUsed differs" and "state root differs" are two failures; of which transaction and with which values is not. */
function kindOf(failure: string): string {
  const [first = ''] = failure.split('\n');
  return first.replaceAll(/(0x)?[0-9a-f]{8,}|\d+/g, '#');
}

/** Leaves out halves, quarters, … and at last single items. */
async function without<T>(items: readonly T[], attempt: (rest: T[]) => Promise<boolean>): Promise<void> {
  let rest = [...items];
  for (let size = Math.ceil(rest.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < rest.length; ) {
      const candidate = [...rest.slice(0, start), ...rest.slice(start + size)];
      if (await attempt(candidate)) rest = candidate;
      else start += size;
    }
  }
}

function replaceBlock(found: FuzzCase, index: number, change: Partial<FuzzBlock>): FuzzCase {
  const blocks = found.blocks.map((block, i) => (i === index ? { ...block, ...change } : block));
  return { ...found, blocks };
}

async function withoutTransactions(
  current: () => FuzzCase,
  attempt: (candidate: FuzzCase) => Promise<boolean>,
): Promise<void> {
  for (let index = 0; index < current().blocks.length; index++) {
    const block = current().blocks[index];
    if (block === undefined) return;
    await without(block.transactions, (transactions) =>
      attempt(replaceBlock(current(), index, { transactions })),
    );
    if (block.reopen) await attempt(replaceBlock(current(), index, { reopen: false }));
  }
}

/** Data shorter or with its bytes replaced by JUMPDESTs, which do nothing and move no other byte. */
async function withSimplerTransactions(
  current: () => FuzzCase,
  attempt: (candidate: FuzzCase) => Promise<boolean>,
): Promise<void> {
  for (let index = 0; index < current().blocks.length; index++) {
    const { length } = current().blocks[index]?.transactions ?? [];
    for (let position = 0; position < length; position++) {
      const replace = (change: Partial<FuzzTransaction>): Promise<boolean> => {
        const transactions = (current().blocks[index]?.transactions ?? []).map((transaction, i) =>
          i === position && transaction !== 'utxo' ? { ...transaction, ...change } : transaction,
        );
        return attempt(replaceBlock(current(), index, { transactions }));
      };
      const transaction = current().blocks[index]?.transactions[position];
      if (transaction === undefined || transaction === 'utxo') continue;
      await replace({ value: '' });
      await replace({ version: 0 });
      await simplerData(transaction.data, (data) => replace({ data }));
    }
  }
}

async function simplerData(data: string, attempt: (data: string) => Promise<boolean>): Promise<void> {
  let best = data;
  const bytes = (): number => best.length / 2;
  for (let size = Math.ceil(bytes() / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    while (bytes() >= size && (await attempt(best.slice(0, best.length - 2 * size)))) {
      best = best.slice(0, best.length - 2 * size);
    }
    for (let start = 0; start < bytes(); start += size) {
      const end = Math.min(start + size, bytes());
      const filled = best.slice(0, 2 * start) + JUMPDEST.repeat(end - start) + best.slice(2 * end);
      if (filled !== best && (await attempt(filled))) best = filled;
    }
  }
}
