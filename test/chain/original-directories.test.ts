// Our processes on node directories that the configuration tool of the original wrote, as they are but for the ports.
//
// fixtures/original-directories.json: the files by path; all keys in it are throw-away test keys.

import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Chain } from '@hexapod/devnet/chain';
import { nodeLayout } from '@hexapod/devnet/layout';
import { toHex } from '@hexapod/protocol/bytes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE_PORT, TestChain } from './test-chain.ts';

const FIXTURE = fileURLToPath(new URL('fixtures/original-directories.json', import.meta.url));
/** The tool's own base port: node i of a development chain serves from 50000 + 1000·i on. */
const ORIGINAL_BASE_PORT = 50_000;

/** The same file with every port moved below those that a system gives away. */
function movePorts(text: string): string {
  return text.replace(/^(\w*port) = (\d+)/gm, (_, key: string, port: string) => {
    return `${key} = ${Number(port) - ORIGINAL_BASE_PORT + BASE_PORT}`;
  });
}

async function originalChain(): Promise<Chain> {
  const data = await mkdtemp(join(tmpdir(), 'hexapod-original-'));
  const files: Record<string, string> = JSON.parse(await readFile(FIXTURE, 'utf8'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(data, path)), { recursive: true });
    await writeFile(join(data, path), path.endsWith('.toml') ? movePorts(text) : text, { mode: 0o600 });
  }
  const nodes = [0, 1, 2, 3].map((index) => {
    const domain = `gold-${index}`;
    return { ...nodeLayout(data, BASE_PORT, index), domain, directory: join(data, domain) };
  });
  const parameters = { nodes: 4, crypto: 'sm', interval: 1, basePort: BASE_PORT } as const;
  return { data, parameters, chainId: '', admin: { address: '', privateKeyFile: '' }, nodes };
}

let chain: TestChain;

beforeAll(async () => {
  chain = await TestChain.run(await originalChain());
});

afterAll(() => chain?.stop());

test('make blocks, and all four agree on them', async () => {
  await chain.waitForHeight(0, 5n);
  const top = await chain.waitForSameHeight();
  const hashes = await Promise.all(
    chain.nodes.map(async ({ controller }) => (await controller.getBlockHash({ blockNumber: top })).hash),
  );
  expect(new Set(hashes.map(toHex)).size).toBe(1);
});

test('the chain is the one of the configuration: genesis, validators, administrator', async () => {
  const { controller } = chain.node(0);
  const { header } = await controller.getBlockByNumber({ blockNumber: 0n });
  expect(header?.timestamp).toBe(1_795_359_823_735n);
  const config = await controller.getSystemConfig({});
  expect(config.validators.map(toHex)).toEqual([
    '2bf6fe8f7369909dc026fe944f8c205b19b1dfce',
    '824287591763603d28032baf97b326a24f798d6a',
    '5052d3fd63b8a7108c2f3ef92c1e777b2cd3f2cb',
    '5fa6e66c44eb662eff11d35a00cafa99af50994d',
  ]);
  expect(toHex(config.admin)).toBe('729a7b3f215339b4981546673c8f61cc0c5dc37d');
});

test('no process ended by itself', () => {
  expect(chain.said.filter((text) => text.includes('ended by itself'))).toEqual([]);
});
