/** What a query looks at: one head, one state, both from one snapshot (docs/protocol/executor.md 9, 10). */
import { type BlockRecord, readBlockRecord } from '../block/block-record.ts';
import { blockEnvironment, type EnvironmentOptions } from '../block/environment.ts';
import { readHead } from '../block/head.ts';
import type { BlockEnvironment } from '../evm/world.ts';
import {
  type CacheSizes,
  type CodeStore,
  HeadState,
  PastState,
  type StateReader,
} from '../state/state-reader.ts';
import type { Reader } from '../store/database.ts';

export interface View {
  readonly block: BlockRecord;
  readonly state: StateReader;
  readonly environment: BlockEnvironment;
}

export interface ViewModules {
  readonly reader: Reader;
  readonly codes: CodeStore;
  readonly cacheSizes: CacheSizes;
  readonly seed: number;
  readonly ethCompatibility: boolean;
}

/** The newest state; undefined before genesis. */
export function viewHead(modules: ViewModules): View | undefined {
  const head = readHead(modules.reader);
  return head && viewOf(head.height, newest(modules), modules);
}

/** The state after the block of a height, 0 meaning the newest; undefined if there is none or it is not kept. */
export function viewAt(height: bigint, modules: ViewModules): View | undefined {
  const head = readHead(modules.reader);
  if (head === undefined || height > head.height) return undefined;
  if (height === 0n || height === head.height) return viewOf(head.height, newest(modules), modules);
  if (height < head.historyFrom) return undefined;
  return viewOf(height, new PastState(modules.reader, modules.codes, Number(height)), modules);
}

function newest({ reader, codes, cacheSizes, seed }: ViewModules): HeadState {
  return new HeadState(reader, codes, cacheSizes, seed);
}

function viewOf(height: bigint, state: StateReader, { reader, ethCompatibility }: ViewModules): View {
  const block = readBlockRecord(reader, height);
  if (block === undefined) throw new Error(`block ${height} is missing`);
  const internalHash = (at: bigint) => readBlockRecord(reader, at)?.internalHash;
  const options: EnvironmentOptions = { ethCompatibility, internalHash, hashOffset: 1n };
  return { block, state, environment: blockEnvironment(block, options) };
}
