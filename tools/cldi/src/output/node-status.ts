// What a node says of itself, as JSON (docs/protocol/cldi.md 8.1).

import type { NodeHeight, NodeNetInfo, NodeStatus } from '@hexapod/protocol/common';
import { parseMultiaddress } from '@hexapod/sdk/multiaddress';
import { hex } from './hex.ts';
import type { Json } from './json.ts';

export function nodeStatusJson(status: NodeStatus): Json {
  return {
    connected_peer_count: status.connectedPeerCount,
    connected_peers_info: (status.connectedPeersInfo?.nodes ?? []).map(peerJson),
    is_sync: status.isSync,
    peer_status: status.peerStatus.map(heightJson),
    self_status: status.selfStatus ? heightJson(status.selfStatus) : {},
    version: status.version,
  };
}

function peerJson({ multiAddress }: NodeNetInfo): Json {
  const parts = parseMultiaddress(multiAddress);
  return parts ? { domain: parts.domain, host: parts.host, port: parts.port } : { address: multiAddress };
}

function heightJson({ address, height }: NodeHeight): Json {
  return { address: hex(address), height };
}
