// Every rpc survives whatever is sent: the answer is a message, a code, or a gRPC error with a text; never a bug.

import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { concatBytes, zero } from '@hexapod/protocol/bytes';
import { NetworkMsg } from '@hexapod/protocol/network';
import { DecodeError, delimited } from '@hexapod/protocol/wire';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeBlock, makeChain, settle, type TestChain, within } from './support/chain.ts';
import { edgeOf } from './support/edge.ts';

const MAX_U64 = new Uint8Array([255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
const varint = (field: number, value: Uint8Array) => concatBytes(new Uint8Array([field << 3]), value);

/** Bytes that decode as some message, however odd: a few fields, nested now and then. */
const message: fc.Arbitrary<Uint8Array> = fc.letrec<{ message: Uint8Array; field: Uint8Array }>((tie) => ({
  message: fc.array(tie('field'), { maxLength: 4 }).map((fields) => concatBytes(...fields)),
  field: fc.oneof(
    { maxDepth: 5 },
    fc.integer({ min: 1, max: 8 }).map((field) => varint(field, MAX_U64)),
    fc
      .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 127 }))
      .map(([field, value]) => varint(field, new Uint8Array([value]))),
    fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom(0, 1, 8, 19, 20, 21, 31, 32, 33, 65, 128, 129))
      .map(([field, length]) => delimited(field, zero(length))),
    fc.tuple(fc.integer({ min: 1, max: 5 }), tie('message')).map(([field, inner]) => delimited(field, inner)),
  ),
})).message;

const payload = fc.oneof(fc.uint8Array({ maxLength: 200 }), message);

let chain: TestChain;
let rpcs: ReturnType<typeof edgeOf>;

beforeAll(async () => {
  chain = await makeChain({ nodes: 2 });
  for (const node of chain.nodes) await node.start();
  const [first, second] = chain.nodes;
  if (second === undefined) throw new Error('made above');
  await makeBlock(first, [second]);
  await settle();
  rpcs = edgeOf(first.controller);
});

/** What came of a call, in one word; anything unexpected is thrown. */
async function outcome(path: string, bytes: Uint8Array): Promise<string> {
  try {
    await within(chain, Promise.resolve(rpcs.get(path)?.(bytes)));
    return 'answered';
  } catch (error) {
    if (error instanceof DecodeError) return 'not a message';
    if (error instanceof RpcError && error.grpcCode !== GrpcStatus.INTERNAL) return 'refused';
    throw error;
  }
}

const PATHS = [
  ...'GetBlockNumber SendRawTransaction SendRawTransactions GetBlockByHash GetHeightByHash GetBlockByNumber'.split(
    ' ',
  ),
  ...'GetStateRootByNumber GetProofByNumber GetBlockDetailByNumber GetTransaction GetSystemConfig'.split(' '),
  ...'GetSystemConfigByNumber GetBlockHash GetTransactionBlockNumber GetTransactionIndex AddNode GetNodeStatus'.split(
    ' ',
  ),
].map((name) => `/controller.RPCService/${name}`);
PATHS.push(
  ...['GetProposal', 'CheckProposal', 'CommitBlock'].map(
    (name) => `/controller.Consensus2ControllerService/${name}`,
  ),
);
PATHS.push('/network.NetworkMsgHandlerService/ProcessNetworkMsg');

describe('bad input', () => {
  it('all rpcs are tried', () => {
    expect([...rpcs.keys()].sort()).toEqual([...PATHS].sort());
  });

  it.each(PATHS)('%s survives', async (path) => {
    await fc.assert(
      fc.asyncProperty(payload, async (bytes) => {
        expect(['answered', 'refused', 'not a message']).toContain(await outcome(path, bytes));
      }),
      { numRuns: 60 },
    );
  });

  const TYPES =
    'chain_status_init chain_status_init_req chain_status chain_status_respond sync_block sync_block_respond';
  it.each([...TYPES.split(' '), ...'sync_tx sync_tx_respond send_tx send_txs other'.split(' ')])(
    'messages of type %s from a peer are survived',
    async (type) => {
      const path = '/network.NetworkMsgHandlerService/ProcessNetworkMsg';
      await fc.assert(
        fc.asyncProperty(payload, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), async (msg, origin) => {
          expect(await outcome(path, NetworkMsg.encode({ module: 'controller', type, origin, msg }))).toBe(
            'answered',
          );
        }),
        { numRuns: 60 },
      );
    },
  );

  it('afterwards the node still makes blocks', async () => {
    const [first, second] = chain.nodes;
    if (second === undefined) throw new Error('made above');
    await chain.clock.advanceAsync(60_000);
    const before = first.controller.chain.height;
    await makeBlock(first, [second]);
    expect(first.controller.chain.height).toBe(before + 1n);
    expect(first.controller.isServing()).toBe(true);
  });
});
