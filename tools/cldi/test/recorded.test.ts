// The commands of the original client, given again to ours: with the same answers of the chain it must ask the same and
// print the same.

import { readFileSync } from 'node:fs';
import { RpcError } from '@hexapod/common/rpc-error';
import { loadSuite } from '@hexapod/crypto/suite';
import { RawTransaction } from '@hexapod/protocol/blockchain';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { transactionHash } from '@hexapod/protocol/rules';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FakeNode } from './fake-node.ts';
import { ScratchClient } from './scratch-client.ts';

const Call = z.object({
  path: z.string(),
  request: z.string(),
  response: z.string().optional(),
  error: z.object({ code: z.number(), details: z.string() }).optional(),
});
const Recorded = z.object({
  args: z.array(z.string()),
  user: z.string().optional(),
  exit: z.number(),
  stdout: z.string(),
  stderr: z.string(),
  calls: z.array(Call),
});
type Recorded = z.infer<typeof Recorded>;

const recorded = readFileSync(new URL('fixtures/recorded.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => Recorded.parse(JSON.parse(line)));

const SEND = '/controller.RPCService/SendRawTransaction';

const node = new FakeNode();
let client: ScratchClient;

beforeAll(async () => {
  process.env.TZ = 'UTC';
  await node.start();
  client = await ScratchClient.create();
  const exported = commandOf('account', 'export');
  const imported = commandOf('account', 'import');
  await client.run(['account', 'import', JSON.parse(exported.stdout).secret_key, '--name', 'alice']);
  await client.run(imported.args);
});

afterAll(async () => {
  await node.stop();
  await client.remove();
});

function commandOf(...words: string[]): Recorded {
  const found = recorded.find(({ args }) => words.every((word, index) => args[index] === word));
  if (!found) throw new Error(`${words.join(' ')} is not recorded`);
  return found;
}

/** Plays the recorded answers, one for each call of a path; returns what was asked. */
function play({ calls }: Recorded): { path: string; request: string }[] {
  const left = [...calls];
  const asked: { path: string; request: string }[] = [];
  node.answer = (path, request) => {
    asked.push({ path, request: toHex(request) });
    const next = left.findIndex((call) => call.path === path);
    const [call] = next < 0 ? [] : left.splice(next, 1);
    if (call?.error) return new RpcError(call.error.code, call.error.details);
    return call?.response === undefined ? undefined : fromHex(call.response);
  };
  return asked;
}

/** What a script would find in an error text: everything but the headers, which hold a time. */
const withoutHeaders = (stderr: string): string => stderr.replace(/metadata: .*/gs, '').trim();

const comparable = recorded.filter(
  ({ args, exit }) => args[0] !== 'account' && args[0] !== 'context' && exit !== 101,
);

describe('a recorded command', () => {
  it.each(
    comparable.map((command) => [command.args.map((word) => word.slice(0, 50)).join(' '), command] as const),
  )('%s', async (_, command) => {
    const asked = play(command);
    const { address } = node;
    const user = command.user === undefined ? [] : ['-u', command.user];
    const outcome = await client.run(['-r', address, '-e', address, ...user, ...command.args]);

    expect(outcome.stdout).toBe(command.stdout);
    expect(outcome.exit).toBe(command.exit);
    expect(withoutHeaders(outcome.stderr.split('\n\nHint')[0] ?? '')).toBe(withoutHeaders(command.stderr));
    const paths = (calls: readonly { path: string }[]) => calls.map(({ path }) => path).sort();
    expect(paths(asked)).toEqual(paths(command.calls));
    const fixed = (calls: readonly { path: string; request: string }[]) =>
      calls.filter(({ path }) => path !== SEND).map(({ path, request }) => `${path} ${request}`);
    expect(fixed(asked).sort()).toEqual(fixed(command.calls).sort());
  });
});

describe('a transaction that the original has sent', () => {
  const sent = comparable.filter(({ calls }) => calls.some(({ path }) => path === SEND));
  const sentIn = (calls: readonly { path: string; request: string }[]): RawTransaction =>
    RawTransaction.decode(fromHex(calls.find(({ path }) => path === SEND)?.request ?? ''));

  it.each(sent.map((command) => [command.args.map((word) => word.slice(0, 50)).join(' '), command] as const))(
    '%s',
    async (_, command) => {
      const asked = play(command);
      await client.run(['-r', node.address, '-e', node.address, '-u', command.user ?? '', ...command.args]);
      const ours = sentIn(asked).tx;
      const theirs = sentIn(command.calls).tx;
      if (!ours?.value.transaction || !theirs?.value.transaction) throw new Error('no transaction was sent');

      // The nonce is random; everything else in a transaction is given.
      expect(ours.case).toBe(theirs.case);
      expect({ ...ours.value.transaction, nonce: '' }).toEqual({ ...theirs.value.transaction, nonce: '' });
      const suite = await loadSuite('sm');
      const hash = transactionHash(suite.hash, ours.value.transaction);
      expect(ours.value.transactionHash).toEqual(hash);
      const witnessOf = (tx: typeof ours) =>
        tx.case === 'normalTx' ? tx.value.witness : tx.value.witnesses[0];
      const witness = witnessOf(ours);
      expect(witness?.sender).toEqual(witnessOf(theirs)?.sender);
      expect(suite.recover(hash, witness?.signature ?? new Uint8Array())).toEqual(witness?.sender);
    },
  );
});

describe('recorded accounts and contexts', () => {
  it('account generate prints the same keys in the same order', async () => {
    const command = commandOf('account', 'generate');
    const fresh = await ScratchClient.create();
    const { stdout } = await fresh.run(command.args);
    await fresh.remove();
    const shape = (text: string): string => text.replace(/0x[0-9a-f]+/g, (digits) => `0x(${digits.length})`);
    expect(shape(stdout)).toBe(shape(command.stdout));
  });

  it('account import and export print the same', async () => {
    const fresh = await ScratchClient.create();
    const imported = commandOf('account', 'import');
    expect((await fresh.run(imported.args)).stdout).toBe(imported.stdout);
    await fresh.remove();
    const exported = commandOf('account', 'export');
    expect((await client.run(exported.args)).stdout).toBe(exported.stdout);
  });

  it('account list prints the same', async () => {
    const others = (stdout: string): string => {
      const list = z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(stdout));
      return JSON.stringify(list.filter(({ name }) => name !== 'default'));
    };
    const command = commandOf('account', 'list');
    expect(others((await client.run(command.args)).stdout)).toBe(others(command.stdout));
  });

  it('context save and list print the same', async () => {
    const global = ['-r', '127.0.0.1:50004', '-e', '127.0.0.1:50002'];
    const save = commandOf('context', 'save');
    expect(await client.run([...global, '-u', 'alice', ...save.args])).toEqual({
      exit: 0,
      stdout: '',
      stderr: '',
    });
    const list = commandOf('context', 'list');
    expect((await client.run([...global, ...list.args])).stdout).toBe(list.stdout);
  });
});

describe('get tx of an unknown transaction', () => {
  it('ends with exit code 1 and the status on stderr, where the original aborts', async () => {
    const command = recorded.find(({ exit }) => exit === 101);
    if (!command) throw new Error('not recorded');
    play(command);
    const outcome = await client.run(['-r', node.address, ...command.args]);
    expect(outcome.exit).toBe(1);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toContain('Error: status: InvalidArgument, message: "NoTransaction"');
  });
});
