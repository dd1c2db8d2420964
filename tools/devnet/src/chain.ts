// Makes a chain: keys, certificates, a directory for each node; and finds an existing one again.
//
//   <data>/chain.json        what the chain was made with
//   <data>/admin/            the administrator's private_key and address
//   <data>/ca_cert/          the certificate authority
//   <data>/devnet-<i>/       the directory of node i, its processes' working directory

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sm3 } from '@hexapod/crypto/sm3';
import { loadSuite, type Suite } from '@hexapod/crypto/suite';
import { toHex } from '@hexapod/protocol/bytes';
import { z } from 'zod';
import { type Authority, createAuthority } from './certificates.ts';
import { readJson, writeWhole } from './files.ts';
import { CHAIN_NAME, type NodeLayout, nodeLayout, SERVICES } from './layout.ts';
import { type ChainSettings, configToml, log4rsYaml } from './node-config.ts';

const FORMAT_VERSION = 1;

/** What a chain is made with; each is an option of `start`. */
const ParametersSchema = z.object({
  nodes: z.number().int(),
  crypto: z.enum(['sm', 'eth']),
  /** Seconds between blocks. */
  interval: z.number().int(),
  basePort: z.number().int(),
});
export type ChainParameters = z.infer<typeof ParametersSchema>;

const ChainFileSchema = ParametersSchema.extend({
  formatVersion: z.number().int(),
  chainId: z.string(),
  /** Address of the administrator, 40 hex digits. */
  admin: z.string(),
});

export interface Chain {
  readonly data: string;
  readonly parameters: ChainParameters;
  readonly chainId: string;
  readonly admin: { readonly address: string; readonly privateKeyFile: string };
  readonly nodes: readonly NodeLayout[];
}

interface Account {
  readonly privateKey: string;
  readonly address: string;
}

/**
 * A new account. Private keys of these chains serve as BLS12-381 scalars, too, whose order begins with 0x73: two zero
 * bits in front keep a key below the orders of all three curves (docs/protocol/cloud-config.md 8).
 */
function newAccount(suite: Suite): Account {
  const privateKey = randomBytes(32);
  privateKey[0] = (privateKey[0] ?? 0) & 0x3f;
  return { privateKey: toHex(privateKey), address: toHex(suite.address(suite.publicKey(privateKey))) };
}

const chainFile = (data: string): string => join(data, 'chain.json');
const adminKeyFile = (data: string): string => join(data, 'admin', 'private_key');

function layouts(data: string, parameters: ChainParameters): NodeLayout[] {
  return Array.from({ length: parameters.nodes }, (_, index) => nodeLayout(data, parameters.basePort, index));
}

/** The chain that lies in `data`, or undefined when there is none. */
export async function findChain(data: string): Promise<Chain | undefined> {
  const file = await readJson(chainFile(data));
  if (file === undefined) return undefined;
  const parsed = ChainFileSchema.safeParse(file);
  if (!parsed.success)
    throw new Error(`${chainFile(data)} is damaged: ${z.prettifyError(parsed.error)}; use --fresh`);
  const { formatVersion, chainId, admin, ...parameters } = parsed.data;
  if (formatVersion > FORMAT_VERSION) {
    throw new Error(
      `${data} was made by a newer devnet (format ${formatVersion}, this one knows ${FORMAT_VERSION}): update, or use another --data`,
    );
  }
  return {
    data,
    parameters,
    chainId,
    admin: { address: admin, privateKeyFile: adminKeyFile(data) },
    nodes: layouts(data, parameters),
  };
}

async function writeNode(
  chain: ChainSettings,
  node: NodeLayout,
  peers: NodeLayout[],
  account: Account,
  authority: Authority,
): Promise<void> {
  const path = (name: string): string => join(node.directory, name);
  await writeWhole(path('private_key'), account.privateKey, { private: true });
  await writeWhole(path('node_address'), account.address);
  await writeWhole(path('validator_address'), account.address);
  const pem = await authority.issue(node.domain);
  await writeWhole(path('config.toml'), configToml(chain, node, peers, pem), { private: true });
  for (const service of SERVICES) await writeWhole(path(`${service}-log4rs.yaml`), log4rsYaml(service));
  await mkdir(path('logs'), { recursive: true });
}

/** Makes a new chain in `data`. `chain.json` is written last: without it nothing was made. */
export async function makeChain(data: string, parameters: ChainParameters): Promise<Chain> {
  const suite = await loadSuite(parameters.crypto);
  const nodes = layouts(data, parameters);
  const admin = newAccount(suite);
  const accounts = nodes.map(() => newAccount(suite));
  const authority = await createAuthority();
  const settings: ChainSettings = {
    crypto: parameters.crypto,
    chainId: toHex(sm3(new TextEncoder().encode(CHAIN_NAME))),
    admin: admin.address,
    validators: accounts.map((account) => account.address),
    blockInterval: parameters.interval,
    genesisTimestamp: Date.now(),
    caCertificate: authority.certificate,
  };
  await writeWhole(adminKeyFile(data), admin.privateKey, { private: true });
  await writeWhole(join(data, 'admin', 'address'), admin.address);
  await writeWhole(join(data, 'ca_cert', 'cert.pem'), authority.certificate);
  await writeWhole(join(data, 'ca_cert', 'key.pem'), authority.privateKey, { private: true });
  for (const [index, node] of nodes.entries()) {
    const account = accounts[index];
    if (account)
      await writeNode(
        settings,
        node,
        nodes.filter((peer) => peer !== node),
        account,
        authority,
      );
  }
  const { chainId, admin: address } = settings;
  const file = { formatVersion: FORMAT_VERSION, ...parameters, chainId, admin: address };
  await writeWhole(chainFile(data), `${JSON.stringify(file, null, 2)}\n`);
  return { data, parameters, chainId, admin: { address, privateKeyFile: adminKeyFile(data) }, nodes };
}

/** Removes the chain in `data`. Throws when the folder holds something else: `--data /home` must not cost a home. */
export async function removeChain(data: string): Promise<void> {
  const names = await readdir(data).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length === 0) return;
  const ours = new Set(['chain.json', 'admin', 'ca_cert', 'cldi', 'devnet.json', 'devnet.lock']);
  const foreign = names.filter(
    (name) => !ours.has(name) && !/^devnet-\d+$/.test(name) && !/\.new$/.test(name),
  );
  if (foreign.length > 0) {
    throw new Error(
      `${data} also holds ${foreign.slice(0, 3).join(', ')}: not removed; choose another --data`,
    );
  }
  await rm(data, { recursive: true });
}

/** Throws when the existing `chain` differs from what was asked for on the command line. */
export function requireSame(chain: Chain, wanted: Partial<ChainParameters>): void {
  const option = {
    nodes: '--nodes',
    crypto: '--crypto',
    interval: '--interval',
    basePort: '--base-port',
  } as const;
  for (const key of ['nodes', 'crypto', 'interval', 'basePort'] as const) {
    const has = chain.parameters[key];
    if (wanted[key] !== undefined && wanted[key] !== has) {
      throw new Error(
        `the chain in ${chain.data} was made with ${option[key]} ${has}, not ${wanted[key]}: leave the option out to ` +
          'continue it, add --fresh to replace it, or choose another --data',
      );
    }
  }
}
