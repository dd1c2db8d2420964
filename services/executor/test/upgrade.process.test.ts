// The process on a data folder of the format before: it converts it at its start, once, and goes on.

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { connect } from '@hexapod/common/grpc-client';
import { quietLog } from '@hexapod/common/quiet-log';
import { ServiceChild } from '@hexapod/common/service-child';
import { Block } from '@hexapod/protocol/blockchain';
import { fromHex } from '@hexapod/protocol/bytes';
import { ExecutorService } from '@hexapod/protocol/executor';
import { Code } from '@hexapod/protocol/status-code';
import { Level } from 'level';
import { expect, test } from 'vitest';

const MAIN = new URL('../src/main.ts', import.meta.url);
const CONFIG = '[executor_evm]\nexecutor_port = 0\nenable_metrics = false\n';
const file = new URL('./fixtures/format-1.json.gz', import.meta.url);
const fixture: { blocks: string[]; archive: [string, string][] } = JSON.parse(
  gunzipSync(readFileSync(file)).toString('utf8'),
);

test('data of format 1', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hexapod-upgrade-'));
  const data = join(folder, 'data', 'executor');
  await mkdir(data, { recursive: true });
  const level = new Level<Uint8Array, Uint8Array>(data, { keyEncoding: 'view', valueEncoding: 'view' });
  await level.batch(
    fixture.archive.map(
      ([key, value]) => ({ type: 'put', key: fromHex(key), value: fromHex(value) }) as const,
    ),
  );
  await level.close();
  await writeFile(join(data, 'hexapod.format'), '{"kind":"executor","version":1}\n');

  const [executed, next] = fixture.blocks.slice(-2).map((text) => Block.decode(fromHex(text)));
  if (executed === undefined || next === undefined) throw new Error('the fixture has no blocks');
  const run = async (block: Block) => {
    const child = await ServiceChild.spawn({ main: MAIN, folder, config: CONFIG });
    const address = `127.0.0.1:${await child.listening()}`;
    const client = connect(ExecutorService, { address, log: quietLog, retry: 'none' });
    const { status } = await client.exec(block);
    client.close();
    const { output } = await child.end();
    return { code: status?.code, output };
  };
  const first = await run(executed);
  expect(first.code).toBe(Code.ReenterBlock);
  expect(first.output).toContain('the data of 42 blocks are converted');
  expect(existsSync(join(data, 'CURRENT'))).toBe(false);
  expect((await run(next)).code).toBe(Code.Success);
  const third = await run(next);
  expect(third.code).toBe(Code.ReenterBlock);
  expect(third.output).not.toContain('converted');
  await rm(folder, { recursive: true });
});
