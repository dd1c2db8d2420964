import type { Logger } from '@hexapod/common/log';
import { silentLog } from '@hexapod/common/log';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { expect, test } from 'vitest';
import { FailureLog } from './failure-log.ts';

test('a failure is a line when it begins and when it ends; a bug is one each time', () => {
  const lines: string[] = [];
  const at =
    (level: string): Logger['info'] =>
    (first: object | string, text = '') =>
      void lines.push(`${level} ${typeof first === 'string' ? first : text}`);
  const log: Logger = {
    ...silentLog,
    warn: at('warn'),
    info: at('info'),
    error: at('error'),
    debug: at('debug'),
  };
  const failures = new FailureLog(log);
  const gone = new RpcError(GrpcStatus.UNAVAILABLE, 'not there');
  failures.worked('GetProposal');
  for (let i = 0; i < 3; i += 1) failures.failed('GetProposal', gone);
  failures.failed('CommitBlock', new TypeError('a bug'));
  failures.worked('GetProposal');
  failures.failed('GetProposal', gone);
  expect(lines).toEqual([
    'warn GetProposal fails: UNAVAILABLE: not there',
    'debug GetProposal fails: UNAVAILABLE: not there',
    'debug GetProposal fails: UNAVAILABLE: not there',
    'error CommitBlock fails: a bug',
    'info GetProposal works again',
    'warn GetProposal fails: UNAVAILABLE: not there',
  ]);
});
