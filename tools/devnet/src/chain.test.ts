// The chain maker against directories that the original's configuration tool wrote: same files, same tables, same keys.

import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSuite } from '@hexapod/crypto/suite';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { parse } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Chain, findChain, makeChain, removeChain, requireSame } from './chain.ts';

const ORIGINAL = fileURLToPath(
  new URL('../../../test/chain/fixtures/original-directories.json', import.meta.url),
);

let data: string;

beforeEach(async () => {
  data = join(await mkdtemp(join(tmpdir(), 'hexapod-devnet-')), 'chain');
});

afterEach(async () => {
  await rm(join(data, '..'), { recursive: true, force: true });
});

const make = (changes: object = {}): Promise<Chain> =>
  makeChain(data, { nodes: 4, crypto: 'sm', interval: 1, basePort: 50_000, ...changes });

/** Keys and types of a value, without the values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shapeOf(part)]));
}

const read = (chain: Chain, node: number, name: string): Promise<string> =>
  readFile(join(chain.nodes[node]?.directory ?? '', name), 'utf8');

describe('a new chain', () => {
  test('has node directories of the shape that the original tool writes', async () => {
    const original: Record<string, string> = JSON.parse(await readFile(ORIGINAL, 'utf8'));
    const chain = await make();
    for (const [path, text] of Object.entries(original).filter(([name]) => name.startsWith('gold-1/'))) {
      const name = path.slice('gold-1/'.length);
      const ours = await read(chain, 1, name);
      if (name === 'config.toml') expect(shapeOf(parse(ours))).toEqual(shapeOf(parse(text)));
      else if (!name.endsWith('.yaml')) expect(ours).toHaveLength(text.length);
    }
  });

  test.each(['sm', 'eth'] as const)(
    'of suite %s: each address belongs to its key, and all are validators',
    async (crypto) => {
      const chain = await make({ crypto, nodes: 2 });
      const suite = await loadSuite(crypto);
      const { system_config } = parse(await read(chain, 0, 'config.toml')) as {
        system_config: { validators: string[]; admin: string };
      };
      for (const node of [0, 1]) {
        const key = fromHex(await read(chain, node, 'private_key'));
        const address = toHex(suite.address(suite.publicKey(key)));
        expect(await read(chain, node, 'node_address')).toBe(address);
        expect(system_config.validators[node]).toBe(address);
      }
      expect(system_config.admin).toBe(chain.admin.address);
    },
  );

  test('has certificates of its own authority, for the name of each node', async () => {
    const chain = await make();
    const { network_zenoh } = parse(await read(chain, 2, 'config.toml')) as {
      network_zenoh: { ca_cert: string; cert: string };
    };
    const authority = new X509Certificate(network_zenoh.ca_cert);
    const certificate = new X509Certificate(network_zenoh.cert);
    expect(authority.ca).toBe(true);
    expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.subjectAltName).toBe('DNS:devnet-2');
    expect(network_zenoh.cert).toMatch(/\r\n$/);
  });

  test('keeps its keys from other users', async () => {
    const chain = await make({ nodes: 1 });
    const files = [chain.admin.privateKeyFile, join(chain.nodes[0]?.directory ?? '', 'private_key')];
    for (const file of files) expect((await stat(file)).mode & 0o077).toBe(0);
  });
});

describe('an existing chain', () => {
  test('is found again as it was made', async () => {
    const made = await make();
    expect(await findChain(data)).toEqual(made);
  });

  test('is not continued with other options: the text names both and the remedies', async () => {
    const chain = await make();
    expect(() => requireSame(chain, { crypto: 'eth' })).toThrow(
      /made with --crypto sm, not eth: leave the option out.*--fresh.*--data/,
    );
    expect(() => requireSame(chain, { nodes: 4, interval: 1 })).not.toThrow();
  });

  test('of a newer format is refused', async () => {
    await make();
    const path = join(data, 'chain.json');
    const file = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...file, formatVersion: 99 }));
    await expect(findChain(data)).rejects.toThrow(/newer devnet \(format 99/);
  });

  test('that is damaged is told, not overwritten', async () => {
    await make();
    await writeFile(join(data, 'chain.json'), '{');
    await expect(findChain(data)).rejects.toThrow(/is not JSON/);
  });
});

describe('throwing a chain away', () => {
  test('removes it', async () => {
    await make();
    await removeChain(data);
    expect(await findChain(data)).toBeUndefined();
  });

  test('never removes a folder that holds something else', async () => {
    await make({ nodes: 1 });
    await writeFile(join(data, 'thesis.txt'), 'years of work');
    await expect(removeChain(data)).rejects.toThrow(/also holds thesis\.txt/);
    expect(await readdir(data)).toContain('thesis.txt');
  });

  test('of a folder that is not there is no error', async () => {
    await expect(removeChain(join(data, 'nothing'))).resolves.toBeUndefined();
  });
});
