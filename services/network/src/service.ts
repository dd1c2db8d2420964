// network.NetworkService on gRPC (docs/protocol/network.md 4).

import type { GrpcServer } from '@hexapod/common/grpc-server';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { NetworkService } from '@hexapod/protocol/network';
import { Code } from '@hexapod/protocol/status-code';
import { parseMultiAddress } from './multi-address.ts';
import type { Added, Network } from './network.ts';

const success = { code: Code.Success };

/** The answer of AddNode; `full` has none in the protocol. */
const addedCodes: Readonly<Record<Exclude<Added, 'full'>, Code>> = {
  added: Code.Success,
  known: Code.Success,
  connected: Code.AddExistedPeer,
};

export function serveNetwork(server: GrpcServer, network: Network): void {
  server
    .add(NetworkService, {
      sendMsg(message) {
        network.send(message);
        return success;
      },
      broadcast(message) {
        network.broadcast(message);
        return success;
      },
      getNetworkStatus: () => ({ peerCount: BigInt(network.links.length) }),
      // The modules come from the config file; callers wait for this answer all the same.
      registerNetworkMsgHandler: () => success,
      addNode({ multiAddress }) {
        const peer = parseMultiAddress(multiAddress);
        if (!peer) throw new RpcError(GrpcStatus.INVALID_ARGUMENT, 'MultiAddrParseError');
        const added = network.addNode(peer);
        if (added === 'full') throw new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, 'too many peers are known');
        return { code: addedCodes[added] };
      },
      getPeersNetInfo: () => ({ nodes: network.peersNetInfo() }),
    })
    .health(() => network.isServing());
}
