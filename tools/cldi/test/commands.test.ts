// What the recordings do not show: options, contexts, locked accounts, usage errors, loads and watches.

import { RpcError } from '@hexapod/common/rpc-error';
import { RawTransaction } from '@hexapod/protocol/blockchain';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { Hash } from '@hexapod/protocol/common';
import { BlockNumber, RPCService, SystemConfig } from '@hexapod/protocol/controller';
import { CallResponse } from '@hexapod/protocol/executor';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SETTING_CHANGED } from '../src/command-line.ts';
import { Session } from '../src/session.ts';
import { FakeNode } from './fake-node.ts';
import { ScratchClient } from './scratch-client.ts';

const { methods } = RPCService;
const node = new FakeNode();
let client: ScratchClient;

beforeAll(() => node.start());
afterAll(() => node.stop());
beforeEach(async () => {
  client = await ScratchClient.create();
});
afterEach(() => client.remove());

const here = (): string[] => ['-r', node.address, '-e', node.address];

/** A chain that puts everything it is sent into the next block; each question for its height finds one block more. */
function runChain({ refuse }: { refuse?: RpcError } = {}) {
  const blocks: Uint8Array[][] = [[]];
  let pool: Uint8Array[] = [];
  const sent: RawTransaction[] = [];
  node.answer = (path, request) => {
    switch (path) {
      case methods.getBlockNumber.path:
        blocks.push(pool);
        pool = [];
        return BlockNumber.encode({ blockNumber: BigInt(blocks.length - 1) });
      case methods.getSystemConfig.path:
        return SystemConfig.encode(SystemConfig.create({ chainId: new Uint8Array(32), blockLimit: 100 }));
      case methods.sendRawTransaction.path: {
        if (refuse) return refuse;
        const raw = RawTransaction.decode(request);
        const hash = raw.tx?.value.transactionHash ?? new Uint8Array();
        sent.push(raw);
        pool.push(hash.slice());
        return Hash.encode({ hash });
      }
      case methods.getBlockByNumber.path: {
        const { blockNumber } = BlockNumber.decode(request);
        const txHashes = blocks[Number(blockNumber)] ?? [];
        const header = {
          prevhash: new Uint8Array(32),
          timestamp: 2000n * blockNumber,
          height: blockNumber,
          transactionsRoot: new Uint8Array(32),
          proposer: new Uint8Array(20),
        };
        return methods.getBlockByNumber.response.encode({ version: 0, header, body: { txHashes } });
      }
      case '/executor.ExecutorService/Call':
        return CallResponse.encode({ value: fromHex('2a') });
      default:
        return undefined;
    }
  };
  return { sent };
}

describe('usage', () => {
  it.each([
    [['--help'], 0, 'Examples:'],
    [['-V'], 0, 'cldi 0.5.2'],
    [['help', 'send'], 0, 'Usage: cldi send'],
    [['bench', 'send', '-h'], 0, 'default: 200000'],
    [['get'], 2, 'Usage: cldi get'],
    [['nonsense'], 2, "error: unknown command 'nonsense'"],
    [['get', 'bloc'], 2, 'Did you mean block'],
    [['get', 'nonce', '1'.repeat(39)], 2, 'invalid hex input'],
    [['get', 'nonce', '0x12'], 2, 'length mismatched, expected: `20`, got: `1`'],
    [['get', 'block-hash', 'x'], 2, 'invalid height: `x`'],
    [['--crypto', 'RSA', 'get', 'bn'], 2, 'wanted one of SM, ETH'],
    [['admin', 'emergency-brake', 'maybe'], 2, 'Allowed choices are on, off'],
    [['admin', 'update-validators'], 2, "missing required argument 'validator'"],
    [['send', '0x11'.padEnd(42, '1'), '0x', '--until', 'soon'], 2, 'invalid position: `soon`'],
    [['account', 'lock', 'x'], 2, 'required option'],
  ])('%j', async (args, exit, text) => {
    const outcome = await client.run(args);
    expect(outcome.exit).toBe(exit);
    expect(exit === 0 ? outcome.stdout : outcome.stderr).toContain(text);
    expect(exit === 0 ? outcome.stderr : outcome.stdout).toBe('');
  });

  it.each([
    ['block-number', 'bn'],
    ['system-config', 'sc'],
    ['node-status', 'ns'],
    ['block', 'b'],
  ])('get %s is get %s', async (name, alias) => {
    const [long, short] = [await client.run(['get', name, '-h']), await client.run(['g', alias, '-h'])];
    expect(long.stdout).toBe(short.stdout);
    expect(long.stdout).toContain(`get ${name}|${alias}`);
  });

  it('a height that is none', async () => {
    runChain();
    const outcome = await client.run([...here(), 'get', 'block', '12ab']);
    expect(outcome).toMatchObject({ exit: 1, stderr: expect.stringContaining('a hash needs 0x in front') });
  });
});

describe('the options before a command', () => {
  it('hold for one command; without a command they stay', async () => {
    await client.run(['account', 'generate', '--name', 'bob']);
    const session = await Session.open(client.home, client.terminal);
    const current = async (args: string[] = []): Promise<{ account_name: string; connect_timeout: number }> =>
      JSON.parse((await client.runIn(session, [...args, 'context', 'list'])).stdout).current_context;

    expect(await current(['-u', 'bob', '-t', '9'])).toMatchObject({
      account_name: 'bob',
      connect_timeout: 9,
    });
    expect(await current()).toMatchObject({ account_name: 'default', connect_timeout: 3 });
    expect((await client.runIn(session, ['-u', 'bob'])).exit).toBe(SETTING_CHANGED);
    expect(await current()).toMatchObject({ account_name: 'bob' });
  });

  it('are refused for accounts and contexts that do not exist', async () => {
    const outcome = await client.run(['-u', 'nobody', 'get', 'bn']);
    expect(outcome).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('Error: account `nobody` not found'),
    });
    const other = await client.run(['-c', 'nowhere', 'get', 'bn']);
    expect(other.stderr).toContain('Error: context `nowhere` not found');
  });

  it('choose a saved context', async () => {
    await client.run(['-r', 'host:1', '--crypto', 'eth', '--consensus', 'raft', 'context', 'save', 'far']);
    const { stdout } = await client.run(['-c', 'far', '-e', 'host:2', 'context', 'list']);
    expect(JSON.parse(stdout).current_context).toMatchObject({
      controller_addr: 'host:1',
      executor_addr: 'host:2',
      crypto_type: 'ETH',
      consensus_type: 'RAFT',
    });
  });
});

describe('contexts', () => {
  it('are saved, chosen and deleted', async () => {
    await client.run(['-r', 'host:1', 'context', 'save', 'far']);
    expect(await client.run(['context', 'default', 'far'])).toEqual({ exit: 0, stdout: '', stderr: '' });
    const list = JSON.parse((await client.run(['ctx', 'ls'])).stdout);
    expect(list).toMatchObject({ default_context: 'far', current_context: { controller_addr: 'host:1' } });

    expect((await client.run(['context', 'delete', 'far'])).exit).toBe(0);
    const orphaned = await client.run(['context', 'list']);
    expect(orphaned.stderr).toBe('');
    expect(JSON.parse(orphaned.stdout).current_context.controller_addr).toBe('localhost:50004');
    expect((await client.run(['context', 'delete', 'far'])).stderr).toContain(
      'Error: context `far` not found',
    );
    expect((await client.run(['context', 'default', 'far'])).stderr).toContain(
      'Error: context`far` not found',
    );
  });
});

describe('accounts', () => {
  it('are locked and unlocked', async () => {
    await client.run(['account', 'generate', '--name', 'bob', '-p', 'secret', '--crypto', 'ETH']);
    const listed = async () => JSON.parse((await client.run(['account', 'list'])).stdout)[0];
    expect(await listed()).toMatchObject({ name: 'bob', is_locked: true, crypto_type: 'ETH' });

    expect((await client.run(['account', 'export', 'bob'])).stderr).toContain('it must be unlocked first');
    expect((await client.run(['account', 'export', 'bob', '-p', 'wrong'])).stderr).toContain(
      'wrong password',
    );
    const { stdout } = await client.run(['account', 'export', 'bob', '-p', 'secret']);

    expect(await client.run(['account', 'unlock', 'bob', '-p', 'secret'])).toEqual({
      exit: 0,
      stdout: '',
      stderr: '',
    });
    expect(await listed()).toMatchObject({ is_locked: false });
    expect((await client.run(['account', 'export', 'bob'])).stdout).toBe(stdout);
    await client.run(['account', 'lock', 'bob', '-p', 'other']);
    expect(await listed()).toMatchObject({ is_locked: true });
    expect((await client.run(['account', 'lock', 'bob', '-p', 'x'])).stderr).toContain('already locked');
  });

  it('are named after their address unless a name is given, and never overwritten', async () => {
    const { address } = JSON.parse((await client.run(['account', 'generate'])).stdout);
    expect((await client.run(['account', 'export', address])).exit).toBe(0);
    expect((await client.run(['account', 'generate', '--name', address])).stderr).toContain('already exists');
  });

  it('are deleted after a question', async () => {
    await client.run(['account', 'generate', '--name', 'bob']);
    client.terminal.answers.push('what?', 'n');
    expect((await client.run(['account', 'delete', 'bob'])).stdout).not.toContain('deleted');
    client.terminal.answers.push('y');
    expect((await client.run(['account', 'rm', 'bob'])).stdout).toContain('account `bob` deleted\n');
    expect((await client.run(['account', 'delete', 'bob', '-y'])).stderr).toContain(
      'account `bob` not found',
    );
  });

  it('of another type than the chain do not sign', async () => {
    runChain();
    const outcome = await client.run([...here(), '--crypto', 'ETH', 'send', '0x'.padEnd(42, '1')]);
    expect(outcome.stderr).toContain('Error: account `default` is of type SM, the chain of type ETH');
  });

  it('sign with a password given for the command', async () => {
    const { sent } = runChain();
    await client.run(['account', 'generate', '--name', 'bob', '-p', 'secret']);
    const send = ['send', '0x'.padEnd(42, '1'), '0x4f2be91f'];
    expect((await client.run([...here(), '-u', 'bob', ...send])).stderr).toContain(
      'cldi -u bob -p <password>',
    );
    expect((await client.run([...here(), '-u', 'bob', '-p', 'secret', ...send])).exit).toBe(0);
    expect(sent).toHaveLength(1);
  });

  it('without a file are named', async () => {
    await client.run(['account', 'delete', 'default', '-y']);
    expect((await client.run([...here(), 'get', 'nonce'])).stderr).toContain(
      'current account `default` not found',
    );
  });
});

describe('bench', () => {
  it('send signs, sends, and watches until all are finalized', async () => {
    const { sent } = runChain();
    const { exit, stdout } = await client.run([
      ...here(),
      'bench',
      'send',
      '30',
      '-c',
      '4',
      '--connections',
      '2',
    ]);
    expect(exit).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['Preparing connections and transactions..', 'Sending transactions..']);
    expect(lines[2]).toMatch(/^`30` tasks finished in `\d+` ms$/);
    expect(lines[3]).toBe('`30` success, `0` failure');
    expect(lines[4]).toMatch(/^00:00 block `1` contains `0` txs, finalized: `0`$/);
    expect(lines.at(-2)).toBe('');
    expect(lines.at(-1)).toMatch(/^`30` txs finalized in `\d+` secs, `\d+\.\d\d` tx\/s$/);

    const hashes = sent.map(({ tx }) => toHex(tx?.value.transactionHash ?? new Uint8Array()));
    expect(new Set(hashes).size).toBe(30);
    const intents = sent.map(({ tx }) =>
      tx?.case === 'normalTx' ? toHex(tx.value.transaction?.data ?? new Uint8Array()) : '',
    );
    expect(new Set(intents).size).toBe(1);
  });

  it('send tells of failures and does not watch', async () => {
    runChain({ refuse: new RpcError(3, 'QuotaUsedExceed') });
    const { exit, stdout, stderr } = await client.run([...here(), 'bench', 'send', '3', '-q', '9']);
    expect(exit).toBe(1);
    expect(stdout).toMatch(/`0` success, `3` failure\n$/);
    expect(stderr).toContain('Error: bench failed');
    expect(stderr).toContain('message: "QuotaUsedExceed"');
  });

  it('send ends when all are sent, if so asked', async () => {
    runChain();
    const { stdout } = await client.run([...here(), 'bench', 'send', '3', '--disable-watch']);
    expect(stdout).toMatch(/`3` success, `0` failure\n$/);
  });

  it('call asks', async () => {
    runChain();
    const { stdout } = await client.run([...here(), 'bench', 'call', '20', '-d', '06661abd']);
    expect(stdout).toMatch(
      /^Preparing connections and call requests\.\.\nSending call requests\.\.\n`20` tasks finished in `\d+` ms\n`20` success, `0` failure\n$/,
    );
  });
});

describe('watch', () => {
  it('shows the blocks asked for', async () => {
    runChain();
    const { exit, stdout } = await client.run([...here(), 'watch', '-b', '0', '-e', '2']);
    expect(exit).toBe(0);
    expect(stdout).toBe(
      '00:00 block `0` contains `0` txs, finalized: `0`\n' +
        '00:02 block `1` contains `0` txs, finalized: `0`\n' +
        '00:04 block `2` contains `0` txs, finalized: `0`\n' +
        '\n`0` txs finalized in `4` secs, `0.00` tx/s\n',
    );
  });

  it('ends after empty blocks, and sums up less than a second without a rate', async () => {
    runChain();
    const { stdout } = await client.run([...here(), 'watch', '-b', '1', '-u', '1']);
    expect(stdout).toBe('00:00 block `1` contains `0` txs, finalized: `0`\n\n`0` txs finalized\n');
  });

  it('sums up when it is interrupted', async () => {
    runChain();
    const interrupt = new AbortController();
    const { out } = client.terminal;
    client.terminal.out = (text) => {
      out(text);
      interrupt.abort();
    };
    const { exit, stdout } = await client.run([...here(), 'watch', '-b', '1'], interrupt.signal);
    expect(exit).toBe(0);
    expect(stdout).toBe('00:00 block `1` contains `0` txs, finalized: `0`\n\n`0` txs finalized\n');
  });
});

describe('an interrupt', () => {
  it('ends a command that waits', async () => {
    const interrupt = new AbortController();
    node.answer = () => {
      interrupt.abort();
      return undefined;
    };
    const outcome = await client.run([...here(), 'get', 'block-number'], interrupt.signal);
    expect(outcome).toMatchObject({ exit: 1, stderr: 'Error: Canceled\n' });
  });
});
