// The gRPC edge: every answer is gRPC OK with a status code inside (docs/protocol/storage.md 2).

import type { GrpcServer } from '@hexapod/common/grpc-server';
import type { Logger } from '@hexapod/common/log';
import type { Metrics } from '@hexapod/common/metrics';
import { readBe64 } from '@hexapod/protocol/bytes';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { Region, StorageService } from '@hexapod/protocol/storage';
import type { Storage } from './storage.ts';

export interface StorageServiceModules {
  readonly storage: Storage;
  readonly log: Logger;
  readonly metrics: Metrics;
}

interface Place {
  readonly region: number;
  readonly key: Uint8Array;
}

const EMPTY = new Uint8Array(0);
const SUCCESS = { code: Code.Success };
/** Failures of ours, of which the log needs the cause. */
const OF_THE_DATABASE: ReadonlySet<number> = new Set([Code.StoreError, Code.LoadError, Code.DeleteError]);
/** Bytes of a key in the log. */
const SHOWN_KEY_BYTES = 32;

export function serveStorage(server: GrpcServer, { storage, log, metrics }: StorageServiceModules): void {
  /** The code of a failure that the protocol knows; anything else is a bug and goes on to the server. */
  const codeOf = (error: unknown, rpc: string, { region, key }: Place): { code: Code } => {
    if (!(error instanceof StatusError)) throw error;
    const { code, message, cause } = error;
    const place = { region, key: key.subarray(0, SHOWN_KEY_BYTES) };
    if (code === Code.NotFound) log.debug(place, `${rpc}: NotFound`);
    else if (OF_THE_DATABASE.has(code)) log.error({ ...place, err: cause }, `${rpc}: ${message}`);
    else log.warn(place, `${rpc}: ${codeName(code)}: ${message}`);
    return { code };
  };

  server.add(StorageService, {
    async store(request) {
      const { region, key, value } = request;
      try {
        const isBlock = region === Region.allBlockData;
        await metrics.stages.time(isBlock ? 'store_block' : 'store', () => storage.store(region, key, value));
        if (isBlock) log.info({ height: readBe64(key), bytes: value.length }, 'block stored');
        return SUCCESS;
      } catch (error) {
        return codeOf(error, 'Store', request);
      }
    },

    async load(request) {
      try {
        const value = await metrics.stages.time('load', () => storage.load(request.region, request.key));
        return { status: SUCCESS, value };
      } catch (error) {
        return { status: codeOf(error, 'Load', request), value: EMPTY };
      }
    },

    async delete(request) {
      try {
        await metrics.stages.time('delete', () => storage.delete(request.region, request.key));
        return SUCCESS;
      } catch (error) {
        return codeOf(error, 'Delete', request);
      }
    },
  });
  server.health(() => storage.isHealthy());
}
