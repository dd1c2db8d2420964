/** `npm run accountability`: names who is guilty of a fork, from two proofs and the logs of stopped nodes. */
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WriteAheadLog } from '@hexapod/common/write-ahead-log';
import type { Suite } from '@hexapod/crypto/suite';
import { loadSuite } from '@hexapod/crypto/suite';
import { Block } from '@hexapod/protocol/blockchain';
import { fromHex } from '@hexapod/protocol/bytes';
import { DecodeError } from '@hexapod/protocol/reader';
import { decodeRecord } from '../codec/log-records.ts';
import { decodeProof } from '../codec/proof.ts';
import type { Address } from '../core/types.ts';
import type { NodeLog } from './evidence.ts';
import { judge } from './judge.ts';
import { report } from './report.ts';
import { certificateOf, logOf } from './verify.ts';

const HELP = `Names the validators that are guilty of a fork: at least f + 1, and never a correct one.

  npm run accountability -- --validators A,B,C,D --proof P --proof Q --log FOLDER [--log FOLDER ...]

  --validators   the addresses that decided the height, separated by commas
  --proof        twice: a proof, or a block with its proof; as hex, or a file with the bytes or with hex
  --log          the log folder of a stopped node (<wal_path>-hexapod); nothing in it is changed

Hand in the logs of all nodes that you trust to have kept them as they were: a missing or torn log never makes a correct
validator guilty, it only leaves more of the others unnamed. Exit code 0: enough are named; 1: too few; 2: cannot judge.
`;

class InputError extends Error {}

const SM_SIGNATURE = 128;

/** The bytes of a proof: what is given is hex, or a path of a file with hex or bytes; of a block its proof. */
async function proofBytes(given: string): Promise<Uint8Array> {
  const bytes = asHex(given) ?? (await fileBytes(given));
  if (decodeProof(bytes) !== null) return bytes;
  try {
    const { proof } = Block.decode(bytes);
    if (decodeProof(proof) !== null) return proof;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new InputError(
    `--proof ${given.slice(0, 60)}: ${bytes.length} bytes that are neither a proof nor a block with one`,
  );
}

async function fileBytes(path: string): Promise<Uint8Array> {
  const content = await readFile(path).catch((cause: Error) => {
    throw new InputError(
      `--proof ${path.slice(0, 60)}: neither hex nor a file that can be read (${cause.message})`,
      { cause },
    );
  });
  return asHex(content.toString('latin1').trim()) ?? content;
}

function asHex(text: string): Uint8Array | null {
  return /^(0x)?([0-9a-f]{2})+$/i.test(text) ? fromHex(text) : null;
}

/** A copy is read: opening a log would cut off its torn tail, and these are evidence. */
async function readLog(suite: Suite, folder: string): Promise<NodeLog | null> {
  const copy = await mkdtemp(join(tmpdir(), 'hexapod-log-'));
  try {
    await copyFile(join(folder, 'wal'), join(copy, 'wal'));
    const file = await WriteAheadLog.open(copy);
    const bodies = await file.replay();
    await file.close();
    return logOf(suite, bodies.map(decodeRecord));
  } catch (cause) {
    throw new InputError(`--log ${folder}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  } finally {
    await rm(copy, { recursive: true });
  }
}

function validatorsOf(list: string): Address[] {
  const addresses = list.split(',').map((text) => text.trim().replace(/^0x/, '').toLowerCase());
  const wrong = addresses.find((address) => !/^[0-9a-f]{40}$/.test(address));
  if (wrong !== undefined) throw new InputError(`--validators: "${wrong}" is no address of 40 hex digits`);
  return addresses as Address[];
}

function optionsOf(args: readonly string[]) {
  const text = { type: 'string', multiple: true } as const;
  const options = {
    validators: { type: 'string' },
    proof: text,
    log: text,
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new InputError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function run(args: readonly string[]): Promise<number> {
  const { help, validators, proof = [], log = [] } = optionsOf(args);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [first, second] = await Promise.all(proof.map(proofBytes));
  if (validators === undefined || first === undefined || second === undefined || proof.length !== 2)
    throw new InputError('wanted --validators, --proof twice, and --log for each log; see --help');
  const length = decodeProof(first)?.votes[0]?.sig.length;
  const suite = await loadSuite(length === SM_SIGNATURE ? 'sm' : 'eth');
  const logs: NodeLog[] = [];
  for (const folder of log) {
    const one = await readLog(suite, folder);
    if (one !== null) logs.push(one);
    process.stdout.write(`${folder}: ${one === null ? 'without votes' : `of ${one.owner}`}\n`);
  }
  const verdict = asked(() =>
    judge(validatorsOf(validators), [certificateOf(suite, first), certificateOf(suite, second)], logs),
  );
  process.stdout.write(`${report(verdict).join('\n')}\n`);
  return verdict.guilty.length >= verdict.least ? 0 : 1;
}

/** What cannot be judged is the input's fault. */
function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new InputError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`accountability: ${error.message}\n`);
  process.exitCode = 2;
}
