// What the executor's data take on disk after many blocks of token transfers, with history and without.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBlocks } from './blocks.ts';
import { executeEncoded, inFolder, openDomain } from './domain.ts';

const BLOCKS = 5000;
const TRANSACTIONS = 60;
const HOLDERS = 3000;

async function mebibytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size;
  return bytes / 2 ** 20;
}

export async function measureDisk(): Promise<void> {
  const { setUp, transfers } = makeBlocks({
    transactions: TRANSACTIONS,
    blocks: BLOCKS,
    accounts: HOLDERS,
  });
  const sizes: Record<string, number> = {};
  for (const [mode, keepHistory] of [
    ['archive', true],
    ['full', false],
  ] as const) {
    sizes[mode] = await inFolder(async (folder) => {
      const { chain, close } = await openDomain(folder, keepHistory, (_name, step) => step());
      for (const block of [...setUp, ...transfers]) await executeEncoded(chain, block);
      await close();
      return mebibytes(folder);
    });
  }
  const { archive = Number.NaN, full = Number.NaN } = sizes;
  console.log(`${BLOCKS} blocks of ${TRANSACTIONS} token transfers between ${HOLDERS} accounts, on disk:`);
  console.table(
    Object.entries(sizes).map(([mode, size]) => ({
      'sync mode': mode,
      MiB: size.toFixed(1),
      'bytes a transfer': Math.round((size * 2 ** 20) / (BLOCKS * TRANSACTIONS)),
    })),
  );
  console.log(`full saves ${((100 * (archive - full)) / archive).toFixed(0)} %`);
}
