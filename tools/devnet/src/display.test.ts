import { expect, test } from 'vitest';
import type { Chain } from './chain.ts';
import { blockLine, clockTime, nodeState, tableLines, timePerBlock } from './display.ts';
import { nodeLayout, type ServiceName } from './layout.ts';
import type { ProcessState } from './service-process.ts';

const processes = (
  change: Partial<Record<ServiceName, ProcessState>> = {},
): Record<ServiceName, ProcessState> => ({
  network: 'running',
  consensus: 'running',
  executor: 'running',
  storage: 'running',
  controller: 'running',
  crypto: 'running',
  ...change,
});
const view = (height: bigint | undefined, isSync = false) => ({ height, peers: 1n, isSync });
const block = (height: bigint, timestamp: bigint, transactions = 0) => ({ height, timestamp, transactions });

test('the time per block is a mean over the newest blocks, without the genesis block', () => {
  expect(timePerBlock([])).toBe('-');
  expect(timePerBlock([block(5n, 1000n)])).toBe('-');
  expect(timePerBlock([block(5n, 1000n), block(6n, 4000n), block(7n, 7100n)])).toBe('3.05 s');
  expect(timePerBlock([block(0n, 0n), block(1n, 99_000n), block(2n, 102_000n)])).toBe('3.00 s');
});

test.each([
  ['running', processes(), view(3n)],
  ['syncing', processes(), view(3n, true)],
  ['starting', processes(), view(undefined)],
  ['failed', processes({ executor: 'failed' }), view(3n)],
  ['partly up', processes({ executor: 'stopped' }), view(3n)],
  ['stopping', processes({ executor: 'stopping' }), view(3n)],
])('a node is %s', (state, states, seen) => {
  expect(nodeState(states, seen)).toBe(state);
});

test('the table names a failed process loudly', () => {
  const parameters = { nodes: 2, crypto: 'sm', interval: 3, basePort: 50_000 } as const;
  const nodes = [0, 1].map((i) => nodeLayout('/data', 50_000, i));
  const chain: Chain = {
    data: '/data',
    parameters,
    chainId: '',
    admin: { address: '', privateKeyFile: '' },
    nodes,
  };
  const lines = tableLines({
    chain,
    uptime: 3_723_000,
    views: [view(12n), view(undefined)],
    processes: [processes(), processes({ crypto: 'failed' })],
    recent: [block(11n, 1000n), block(12n, 4000n, 7)],
    transactions: 9,
  });
  expect(lines).toEqual([
    'Hexapod devnet · sm · 2 nodes · a block every 3 s · up 01:02:03',
    '',
    'node  state    height  peers  controller       executor         processes',
    '0     running  12      1      127.0.0.1:50004  127.0.0.1:50002  network consensus executor storage controller crypto',
    '1     failed   -       -      127.0.0.1:51004  127.0.0.1:51002  network consensus executor storage controller CRYPTO!',
    '',
    'block 12 · 7 transactions in it, 9 since the start · 3.00 s per block',
  ]);
});

test('without a terminal a block is a line', () => {
  expect(blockLine(block(4n, 0n, 1), [view(4n), view(undefined)])).toBe(
    'block 4: 1 transaction; heights of the nodes: 4 -',
  );
  expect(clockTime(59_999)).toBe('00:00:59');
});
