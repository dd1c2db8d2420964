/**
 * The double-sign guard (rule W7 of docs/protocol/consensus.md 8.3): the newest statement that the own key signed, in a
 * tiny file beside the log, looked at before anything is signed. The core never asks for a conflicting signature; the
 * guard is for the day when it does, or when somebody deletes the log.
 *
 * The file has two slots, written in turn, so that a torn write leaves the older one.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Disk, DiskFile } from '@hexapod/common/disk';
import { systemDisk } from '@hexapod/common/disk';
import { BincodeError, BincodeReader, BincodeWriter } from '../codec/bincode.ts';
import { exact } from '../codec/translate.ts';
import type { Statement, WalRecord } from '../core/types.ts';

const FILE = 'last-signed';
const SLOT_BYTES = 256;
/** In the order they are signed within a round. Newviews always say the same and need no guard. */
const STEPS = ['proposal', 'prevote', 'precommit'] as const;

/** Place and content of a signed statement; `step` indexes STEPS. */
interface Signed {
  readonly height: number;
  readonly round: number;
  readonly step: number;
  readonly hash: string;
}

export class SignGuard {
  readonly #file: DiskFile;
  readonly #rollback: boolean;
  #last: Signed | null;
  #turn: number;
  #work: Promise<void> = Promise.resolve();

  private constructor(file: DiskFile, last: Signed | null, turn: number, rollback: boolean) {
    this.#file = file;
    this.#last = last;
    this.#turn = turn;
    this.#rollback = rollback;
  }

  /** Opens the file in the folder, making it when it is not there. `rollback` admits heights below the last one. */
  static async open(folder: string, rollback = false, disk: Disk = systemDisk): Promise<SignGuard> {
    const path = join(folder, FILE);
    const content = await disk.read(path);
    if (content === undefined) await disk.replace(path, new Uint8Array(2 * SLOT_BYTES));
    const [a, b] = [readSlot(content?.subarray(0, SLOT_BYTES)), readSlot(content?.subarray(SLOT_BYTES))];
    const newest = (a?.turn ?? -1) > (b?.turn ?? -1) ? a : b;
    return new SignGuard(await disk.open(path), newest?.signed ?? null, (newest?.turn ?? -1) + 1, rollback);
  }

  /** Null when the statement may be signed, else what it conflicts with. */
  objection(statement: Statement): string | null {
    const wanted = signedOf(statement);
    const last = this.#last;
    if (wanted === null || last === null) return null;
    if (this.#supersedes(wanted, last) || (orderOf(wanted, last) === 0 && wanted.hash === last.hash))
      return null;
    return `${describe(wanted)} after ${describe(last)}`;
  }

  /** Notes what is about to leave; resolves when it is on disk. */
  note(records: readonly WalRecord[]): Promise<void> {
    const before = this.#last;
    // Signatures may come in another order than they were asked for: only what is newer counts.
    for (const record of records) {
      const signed = signedByRecord(record);
      if (signed !== null && (this.#last === null || this.#supersedes(signed, this.#last)))
        this.#last = signed;
    }
    if (this.#last === null || this.#last === before) return Promise.resolve();
    const turn = this.#turn++;
    const slot = writeSlot(turn, this.#last);
    const done = this.#work.then(async () => {
      await this.#file.write([slot], (turn % 2) * SLOT_BYTES);
      await this.#file.sync();
    });
    this.#work = done.catch(() => undefined);
    return done;
  }

  #supersedes(next: Signed, last: Signed): boolean {
    return orderOf(next, last) > 0 || (this.#rollback && next.height < last.height);
  }

  async close(): Promise<void> {
    await this.#work;
    await this.#file.close();
  }
}

function signedOf(statement: Statement): Signed | null {
  if (statement.kind === 'proposal') {
    const { height, round, hash } = statement;
    return { height, round, step: 0, hash };
  }
  const { height, round, step, hash } = statement.vote;
  if (step === 'newview' || step === 'newviewres') return null;
  return { height, round, step: STEPS.indexOf(step), hash };
}

function signedByRecord(record: WalRecord): Signed | null {
  if (record.kind === 'vote') return signedOf({ kind: 'vote', vote: record.vote });
  if (record.kind !== 'proposal') return null;
  const { height, round, hash } = record.proposal;
  return { height, round, step: 0, hash };
}

/** Positive when `next` is signed after `last` in the life of a validator; 0 for the same place. */
function orderOf(next: Signed, last: Signed): number {
  return next.height - last.height || next.round - last.round || next.step - last.step;
}

function describe({ height, round, step, hash }: Signed): string {
  return `${STEPS[step]} 0x${hash} at ${height}/${round}`;
}

/** CRC-32 of the rest, length of the body, body. */
function writeSlot(turn: number, { height, round, step, hash }: Signed): Uint8Array {
  const body = new BincodeWriter().count(turn).count(height).count(round).u8(step).fixedHash(hash).finish();
  const slot = Buffer.alloc(SLOT_BYTES);
  slot.writeUInt32LE(body.length, 4);
  slot.set(body, 8);
  slot.writeUInt32LE(crc32(slot.subarray(4)), 0);
  return slot;
}

/** Null for a slot never written, or torn. */
function readSlot(slot: Uint8Array | undefined): { turn: number; signed: Signed } | null {
  if (slot === undefined || slot.length < SLOT_BYTES) return null;
  const bytes = Buffer.from(slot.buffer, slot.byteOffset, SLOT_BYTES);
  if (bytes.readUInt32LE(4) === 0 || crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0)) return null;
  const from = new BincodeReader(bytes.subarray(8));
  const [turn, height, round] = [exact(from.u64()), exact(from.u64()), exact(from.u64())];
  if (turn === null || height === null || round === null)
    throw new BincodeError('the last-signed file is damaged');
  return { turn, signed: { height, round, step: from.u8(), hash: from.fixedHash(32) } };
}
