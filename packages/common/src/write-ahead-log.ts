// A log of records that are on the disk before anything is done about them. Appends made while the disk is busy share
// the next sync (group commit). A torn tail, left by a crash in the middle of a write, is cut off when the log is opened.
//
// File `wal`: the 8 bytes of MAGIC, then records: length (u32), CRC-32 of length and body (u32), body; little-endian.
// The checksum finds torn and damaged records, it is no protection against somebody who writes to the disk.

import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type Disk, type DiskFile, systemDisk } from './disk.ts';
import { type Logger, silentLog } from './log.ts';
import { StartupError } from './startup-error.ts';

const FILE = 'wal';
const MAGIC = Buffer.from('HXWAL\0\0\x01', 'latin1');
const HEADER = 8;
const MAX_BYTES = 256 * 1024 * 1024;

export interface WriteAheadLogOptions {
  /** The longest the file may get; an append beyond is refused. */
  readonly maxBytes?: number;
  readonly log?: Logger;
  readonly disk?: Disk;
}

/** An append that would make the log longer than its bound: the owner should have reset it. */
export class WriteAheadLogFullError extends Error {
  override readonly name = 'WriteAheadLogFullError';
}

interface Waiting {
  readonly record: Uint8Array;
  resolve(): void;
  reject(error: unknown): void;
}

export class WriteAheadLog {
  readonly #path: string;
  readonly #disk: Disk;
  readonly #maxBytes: number;
  #file: DiskFile;
  /** Length of what is on the disk for sure. */
  #size: number;
  /** Length of what waits to be written. */
  #waitingBytes = 0;
  /** Records that share the next sync; undefined if the next one appended begins a new batch. */
  #batch: Waiting[] | undefined;
  /** Whether bytes beyond #size may be in the file, from a write that failed. */
  #isDirty = false;
  /** All work on the file, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(path: string, disk: Disk, file: DiskFile, size: number, maxBytes: number) {
    this.#path = path;
    this.#disk = disk;
    this.#file = file;
    this.#size = size;
    this.#maxBytes = maxBytes;
  }

  /** Opens the log in the folder, making both when they are not there. Throws StartupError for a file that is not a log. */
  static async open(folder: string, options: WriteAheadLogOptions = {}): Promise<WriteAheadLog> {
    const { disk = systemDisk, log = silentLog, maxBytes = MAX_BYTES } = options;
    const path = join(folder, FILE);
    await disk.makeFolder(folder);
    const content = await disk.read(path);
    if (!content) {
      await disk.replace(path, MAGIC);
      return new WriteAheadLog(path, disk, await disk.open(path), MAGIC.length, maxBytes);
    }
    if (!MAGIC.equals(content.subarray(0, MAGIC.length))) {
      throw new StartupError(`${path} is not a write-ahead log of this program: move it away`);
    }
    const size = scan(content).end;
    const file = await disk.open(path);
    if (size < content.length) {
      log.warn(`${path}: the last ${content.length - size} bytes are no whole record and are cut off`);
      await file.truncate(size);
      await file.sync();
    }
    return new WriteAheadLog(path, disk, file, size, maxBytes);
  }

  /** Length of the log with what waits to be written, bytes. */
  get bytes(): number {
    return this.#size + this.#waitingBytes;
  }

  /** Adds a record; resolves when it is on the disk. Throws WriteAheadLogFullError beyond the bound. */
  append(body: Uint8Array): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error(`${this.#path} is closed`));
    const length = HEADER + body.length;
    if (this.bytes + length > this.#maxBytes) {
      const text = `${this.#path} has ${this.bytes} of ${this.#maxBytes} bytes, a record of ${body.length} does not fit`;
      return Promise.reject(new WriteAheadLogFullError(text));
    }
    this.#waitingBytes += length;
    return new Promise((resolve, reject) => {
      const waiting = { record: encode(body), resolve, reject };
      if (this.#batch) {
        this.#batch.push(waiting);
        return;
      }
      const batch = [waiting];
      this.#batch = batch;
      this.#enqueue(() => this.#flush(batch));
    });
  }

  /** All records, oldest first, including those appended since the log was opened. */
  async replay(): Promise<Uint8Array[]> {
    let records: Uint8Array[] = [];
    await this.#enqueue(async () => {
      const content = (await this.#disk.read(this.#path)) ?? MAGIC;
      records = scan(content.subarray(0, this.#size)).records;
    });
    return records;
  }

  /**
   * Puts these records in the place of all that were appended so far: after a crash the log has either the old or the new
   * ones. What is appended from now on comes behind them, also before the promise resolves.
   */
  reset(bodies: readonly Uint8Array[] = []): Promise<void> {
    const records = bodies.map(encode);
    // A later record must not join those that are written before the reset, and lost with it.
    this.#batch = undefined;
    return this.#enqueue(async () => {
      if (records.length === 0 && !this.#isDirty) {
        await this.#file.truncate(MAGIC.length);
        this.#size = MAGIC.length;
        return this.#file.sync();
      }
      const content = Buffer.concat([MAGIC, ...records]);
      await this.#disk.replace(this.#path, content);
      const old = this.#file;
      this.#file = await this.#disk.open(this.#path);
      this.#size = content.length;
      this.#isDirty = false;
      await old.close();
    });
  }

  /** Waits for what was appended and closes the file. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#enqueue(() => this.#file.close());
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** Writes all that waits and syncs once. Never throws: those who wait are told. */
  async #flush(batch: readonly Waiting[]): Promise<void> {
    // From here on the batch takes no more; a reset may have closed it before, and another one be open.
    if (this.#batch === batch) this.#batch = undefined;
    const length = batch.reduce((sum, { record }) => sum + record.length, 0);
    try {
      if (this.#isDirty) await this.#file.truncate(this.#size);
      this.#isDirty = true;
      await this.#file.write(
        batch.map(({ record }) => record),
        this.#size,
      );
      await this.#file.sync();
      this.#isDirty = false;
      this.#size += length;
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#waitingBytes -= length;
    }
  }
}

function encode(body: Uint8Array): Uint8Array {
  const record = Buffer.allocUnsafe(HEADER + body.length);
  record.writeUInt32LE(body.length, 0);
  record.set(body, HEADER);
  record.writeUInt32LE(checksum(record), 4);
  return record;
}

function checksum(record: Buffer): number {
  return crc32(record.subarray(HEADER), crc32(record.subarray(0, 4)));
}

/** The whole records of a log's content, copied, and where they end. */
function scan(content: Uint8Array): { records: Uint8Array[]; end: number } {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const records: Uint8Array[] = [];
  let end = MAGIC.length;
  while (end + HEADER <= bytes.length) {
    const next = end + HEADER + bytes.readUInt32LE(end);
    if (next > bytes.length) break;
    const record = bytes.subarray(end, next);
    if (checksum(record) !== record.readUInt32LE(4)) break;
    records.push(new Uint8Array(record.subarray(HEADER)));
    end = next;
  }
  return { records, end };
}
