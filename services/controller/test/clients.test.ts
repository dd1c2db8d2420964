// The clients of the other five over real gRPC: what they send, and what they make of answers and failures.

import { GrpcServer } from '@hexapod/common/grpc-server';
import { silentLog } from '@hexapod/common/log';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { ConsensusService } from '@hexapod/protocol/consensus';
import { CryptoService } from '@hexapod/protocol/crypto';
import { ExecutorService } from '@hexapod/protocol/executor';
import { type NetworkMsg, NetworkService } from '@hexapod/protocol/network';
import { Code } from '@hexapod/protocol/status-code';
import { StorageService } from '@hexapod/protocol/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { connectNeighbours } from '../src/clients.ts';

const EMPTY = new Uint8Array(0);
const bytes = (...list: number[]) => new Uint8Array(list);
const refuse = (): never => {
  throw new RpcError(GrpcStatus.INVALID_ARGUMENT, 'no');
};

let toStop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of toStop) await stop();
  toStop = [];
});

/** Clients of a server that plays all five. */
async function neighboursOf(prepare: (server: GrpcServer) => void) {
  const server = new GrpcServer({ host: '127.0.0.1', port: 0, log: silentLog });
  prepare(server);
  const port = await server.start();
  const ports = { network: port, consensus: port, executor: port, storage: port, crypto: port };
  const neighbours = connectNeighbours(ports, silentLog);
  toStop.push(async () => {
    neighbours.close();
    await server.stop();
  });
  return neighbours;
}

describe('storage', () => {
  it('gives value and code', async () => {
    const { storage } = await neighboursOf((server) =>
      server.add(StorageService, {
        store: ({ region, key, value }) => ({
          code: region === 4 && key[0] === 1 && value[0] === 2 ? 0 : 605,
        }),
        load: ({ region }) =>
          region === 1 ? { status: { code: 0 }, value: bytes(7) } : { status: { code: 601 }, value: EMPTY },
        delete: () => ({ code: 0 }),
      }),
    );
    expect(await storage.store(4, bytes(1), bytes(2))).toBe(Code.Success);
    expect(await storage.store(5, bytes(1), bytes(2))).toBe(Code.StoreError);
    expect(await storage.load(1, EMPTY)).toEqual({ code: Code.Success, value: bytes(7) });
    expect(await storage.load(2, EMPTY)).toEqual({ code: Code.NotFound, value: EMPTY });
  });

  it('a failed call, an absent status, an unknown number: codes, too', async () => {
    const { storage } = await neighboursOf((server) =>
      server.add(StorageService, {
        store: refuse,
        load: ({ region }) => (region === 0 ? { value: EMPTY } : { status: { code: 4711 }, value: EMPTY }),
        delete: refuse,
      }),
    );
    expect(await storage.store(0, EMPTY, EMPTY)).toBe(Code.StorageServerNotReady);
    expect((await storage.load(0, EMPTY)).code).toBe(Code.NoneStatusCode);
    expect((await storage.load(1, EMPTY)).code).toBe(Code.StorageServerNotReady);
  });
});

describe('crypto', () => {
  it('asks for the strict rule in a header, reads the failing ones from the trailer', async () => {
    const strict: (string | undefined)[] = [];
    const { crypto } = await neighboursOf((server) =>
      server.add(CryptoService, {
        getCryptoInfo: () => ({
          status: { code: 0 },
          name: 'sm',
          hashLen: 32,
          signatureLen: 128,
          addressLen: 20,
        }),
        hashData: () => ({ status: { code: 0 } }),
        verifyDataHash: refuse,
        signMessage: ({ msg }) => ({ status: { code: 0 }, signature: msg }),
        recoverSignature: refuse,
        checkTransactions: ({ body }, call) => {
          strict.push(call.header('strict'));
          if (body.length === 0) return { code: 0 };
          if (body.length === 3) call.setTrailer('failing-indexes', '0,2');
          return { code: 138 };
        },
      }),
    );
    const one = bytes(0x0a, 0);
    const three = bytes(0x0a, 0, 0x0a, 0, 0x0a, 0);
    expect(await crypto.checkTransactions(EMPTY, true)).toEqual({ code: Code.Success });
    expect(await crypto.checkTransactions(three, false)).toEqual({
      code: Code.SigCheckError,
      failing: [0, 2],
    });
    expect(await crypto.checkTransactions(one, false)).toEqual({ code: Code.SigCheckError });
    expect(strict).toEqual(['1', undefined, undefined]);
    const info = { name: 'sm', hashLength: 32, signatureLength: 128, addressLength: 20 };
    expect(await crypto.info()).toEqual({ code: Code.Success, info });
    expect((await crypto.hash(EMPTY)).code).toBe(Code.NoneHashResult);
    expect(await crypto.sign(bytes(9))).toEqual({ code: Code.Success, signature: bytes(9) });
    expect((await crypto.recover(EMPTY, EMPTY)).code).toBe(Code.CryptoServerNotReady);
  });
});

describe('executor, consensus, network', () => {
  it('get what the protocol says', async () => {
    const sent: NetworkMsg[] = [];
    const keep = (message: NetworkMsg) => {
      sent.push(message);
      return { code: 0 };
    };
    const { executor, consensus, network } = await neighboursOf((server) =>
      server
        .add(ExecutorService, {
          exec: ({ proof }) =>
            proof.length > 0 ? { status: { code: 502 }, hash: { hash: proof } } : { status: { code: 501 } },
          call: refuse,
        })
        .add(ConsensusService, {
          reconfigure: ({ height, validators }) => ({
            code: height === 3n && validators.length === 1 ? 0 : 200,
          }),
          checkBlock: ({ proposal, proof }) => ({
            code: proposal?.height === 3n && proof[0] === 8 ? 0 : 130,
          }),
        })
        .add(NetworkService, {
          sendMsg: keep,
          broadcast: keep,
          getNetworkStatus: () => ({ peerCount: 3n }),
          registerNetworkMsgHandler: ({ moduleName, hostname, port }) => ({
            code: `${moduleName} ${hostname} ${port}` === 'controller 127.0.0.1 50004' ? 0 : 400,
          }),
          addNode: ({ multiAddress }) => (multiAddress === '' ? refuse() : { code: 405 }),
          getPeersNetInfo: () => ({ nodes: [{ multiAddress: 'a', origin: 5n }] }),
        }),
    );
    expect(await executor.exec(bytes(0x22, 1, 9))).toEqual({ code: Code.ReenterBlock, stateRoot: bytes(9) });
    expect(await executor.exec(EMPTY)).toEqual({ code: Code.InternalChannelDisconnected, stateRoot: EMPTY });
    expect(await consensus.reconfigure({ height: 3n, blockInterval: 1, validators: [bytes(1)] })).toBe(
      Code.Success,
    );
    expect(await consensus.checkBlock(3n, EMPTY, bytes(8))).toBe(Code.Success);
    expect(await consensus.checkBlock(4n, EMPTY, bytes(8))).toBe(Code.ProposalCheckError);
    expect(await network.register('127.0.0.1', 50004)).toBe(Code.Success);
    expect(await network.send(2n ** 64n - 1n, 'sync_block', bytes(1))).toBe(Code.Success);
    expect(await network.broadcast('send_txs', bytes(2))).toBe(Code.Success);
    expect(sent).toEqual([
      { module: 'controller', type: 'sync_block', origin: 2n ** 64n - 1n, msg: bytes(1) },
      { module: 'controller', type: 'send_txs', origin: 0n, msg: bytes(2) },
    ]);
    expect(await network.peerCount()).toEqual({ code: Code.Success, count: 3n });
    expect(await network.peers()).toEqual({ code: Code.Success, nodes: [{ multiAddress: 'a', origin: 5n }] });
    expect(await network.addNode({ multiAddress: 'x', origin: 0n })).toBe(Code.AddExistedPeer);
    expect(await network.addNode({ multiAddress: '', origin: 0n })).toBe(Code.NetworkServerNotReady);
  });
});
