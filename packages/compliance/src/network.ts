// The contract of the network process (docs/protocol/network.md 4).

import { ok, strictEqual } from 'node:assert/strict';
import { answerOf, type Check, codeOf, expectError, type Suite } from './check.ts';

const SERVICE = 'network.NetworkService';
const INVALID_ARGUMENT = 3;

const message = (origin: string) => ({ module: 'nobody', type: 'compliance', origin, msg: Buffer.alloc(10) });

const checks: Check[] = [
  {
    name: 'RegisterNetworkMsgHandler answers Success (network.md 4)',
    async run(peer) {
      const request = { module_name: 'controller', hostname: '127.0.0.1', port: '50004' };
      strictEqual(codeOf(await peer.call(SERVICE, 'RegisterNetworkMsgHandler', request)), 0);
    },
  },
  {
    name: 'SendMsg and Broadcast answer Success, also to nobody (network.md 4)',
    async run(peer) {
      for (const origin of ['0', '1', '18446744073709551615']) {
        strictEqual(codeOf(await peer.call(SERVICE, 'SendMsg', message(origin))), 0);
        strictEqual(codeOf(await peer.call(SERVICE, 'Broadcast', message(origin))), 0);
      }
    },
  },
  {
    name: 'AddNode refuses what is no usable address: MultiAddrParseError (network.md 4)',
    async run(peer) {
      for (const multi_address of [
        '',
        'nonsense',
        '/dns4/host/tcp/40000',
        '/dns4/host/udp/1/tls/x',
        '/ip4/1.2.3.4/tcp/x/tls/y',
      ]) {
        expectError(
          await peer.call(SERVICE, 'AddNode', { multi_address }),
          INVALID_ARGUMENT,
          'MultiAddrParseError',
        );
      }
    },
  },
  {
    name: 'the peer count and the list of peers agree (network.md 4)',
    async run(peer) {
      const { peer_count } = answerOf(await peer.call(SERVICE, 'GetNetworkStatus', {}));
      const { nodes } = answerOf(await peer.call(SERVICE, 'GetPeersNetInfo', {}));
      strictEqual(String((nodes as unknown[]).length), peer_count);
      for (const { multi_address } of nodes as { multi_address: string }[]) {
        ok(/^\/(dns4|ip4)\/[^/]+\/tcp\/\d+\/tls\/[^/]+$/.test(multi_address), multi_address);
      }
    },
  },
  {
    name: 'health is SERVING soon after the start (network.md 7)',
    async run(peer) {
      strictEqual(await peer.health(), 'SERVING');
    },
  },
];

export const networkSuite: Suite = { process: 'network', checks };
