import { RpcError } from '@hexapod/common/rpc-error';
import { ClientError } from '@hexapod/sdk/client-error';
import { DEFAULT_CONTEXT } from '@hexapod/sdk/contexts';
import { describe, expect, it } from 'vitest';
import { describeFailure } from './failure.ts';

const status = (code: string, text: string): string =>
  `status: ${code}, message: "${text}", details: [], metadata: MetadataMap { headers: {} }`;

describe('the text of a failure', () => {
  it('of a plain error', () => {
    expect(describeFailure(new ClientError('current_height: 75'))).toBe('Error: current_height: 75\n');
  });

  it('with one cause', () => {
    const error = new ClientError('failed to get receipt', { cause: new RpcError(3, 'unheard of') });
    expect(describeFailure(error)).toBe(
      `Error: failed to get receipt\n\nCaused by:\n    ${status('InvalidArgument', 'unheard of')}\n`,
    );
  });

  it('with several causes, numbered, and the remedy', () => {
    const inner = new ClientError('failed to send raw', { cause: new RpcError(3, 'AdminCheckError') });
    const text = describeFailure(new ClientError('failed to send `update_admin` utxo', { cause: inner }));
    expect(text).toContain(
      `\n\nCaused by:\n    0: failed to send raw\n    1: ${status('InvalidArgument', 'AdminCheckError')}\n`,
    );
    expect(text).toMatch(/\n\nHint: only the chain's admin may do this: .*\n$/);
  });

  it('of a status alone, with quotes in its text', () => {
    expect(describeFailure(new RpcError(13, 'bad "thing"'))).toBe(
      `Error: ${status('Internal', 'bad \\"thing\\"')}\n`,
    );
  });

  it('names the addresses when no node answers, and the time when it is over', () => {
    const unavailable = describeFailure(new RpcError(14, 'connect ECONNREFUSED'), DEFAULT_CONTEXT);
    expect(unavailable).toContain('status: Unavailable');
    expect(unavailable).toContain('localhost:50004 (-r host:port)');
    expect(describeFailure(new RpcError(4, 'late'), DEFAULT_CONTEXT)).toContain(
      'within 3 s: give it longer with -t',
    );
  });

  it('of a bug keeps its stack', () => {
    expect(describeFailure(new TypeError('x is not a function'))).toMatch(
      /bug of cldi.*\n {4}TypeError: x is not a function\n {8}at /s,
    );
    expect(describeFailure('thrown text')).toContain('    thrown text\n');
  });
});
