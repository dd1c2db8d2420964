// The gRPC edge: every answer is gRPC OK with a status code inside (docs/protocol/storage.md 2).

import type { GrpcServer } from '@hexapod/common/grpc-server';
import type { Logger } from '@hexapod/common/log';
import type { Metrics } from '@hexapod/common/metrics';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { StorageService } from '@hexapod/protocol/storage';
import type { Storage } from './storage.ts';

const EMPTY = new Uint8Array(0);
const SUCCESS = { code: Code.Success };

export function serveStorage(server: GrpcServer, storage: Storage, log: Logger, metrics: Metrics): void {
  /** The code of a failure that the protocol knows; anything else is a bug and goes on to the server. */
  const codeOf = (
    error: unknown,
    call: string,
    request: { region: number; key: Uint8Array },
  ): { code: Code } => {
    if (!(error instanceof StatusError)) throw error;
    const fields = { region: request.region, key: request.key.subarray(0, 32) };
    if (error.code === Code.NotFound) log.debug(fields, `${call}: NotFound`);
    else log.warn({ ...fields, err: error.cause }, `${call}: ${codeName(error.code)}: ${error.message}`);
    return { code: error.code };
  };
  server.add(StorageService, {
    async store(request) {
      try {
        await metrics.stages.time('store', () => storage.store(request.region, request.key, request.value));
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
        await storage.delete(request.region, request.key);
        return SUCCESS;
      } catch (error) {
        return codeOf(error, 'Delete', request);
      }
    },
  });
  server.health(() => storage.isHealthy());
}
