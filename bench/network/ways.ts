// Ways of a message from node to node: over two network processes, over a link alone, and, to compare with, by one gRPC call.

import { connect } from '@hexapod/common/grpc-client';
import { quietLog } from '@hexapod/common/quiet-log';
import { NetworkMsgHandlerService, NetworkService } from '@hexapod/protocol/network';
import { CertificateAuthority } from '../../services/network/test/certificate-authority.ts';
import { linkPort, Module, NodeFolder, startCrypto } from '../../services/network/test/node-processes.ts';
import { linkAll, startTlsNode } from '../../services/network/test/tls-nodes.ts';
import { processUses } from '../e2e/processes.ts';
import type { Way } from './measure.ts';

export interface OpenWay {
  readonly way: Way;
  /** Of the receiver. */
  readonly origin: bigint;
  stop(): Promise<void>;
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function arrivedAt(module: Module): Promise<Uint8Array[]> {
  await module.received(1);
  return module.messages.splice(0).map(({ message }) => message.msg);
}

/** gRPC into a network process, its link to another one, gRPC out of that. This process is the controller of both. */
export async function overProcesses(): Promise<OpenWay> {
  const [sender, receiver] = [await startProcess('gold-0', []), await startProcess('gold-1', [])];
  const client = connect(NetworkService, {
    address: `127.0.0.1:${await sender.child.listening()}`,
    clientName: 'controller',
    log: quietLog,
  });
  const multiAddress = `/dns4/127.0.0.1/tcp/${linkPort(receiver.child)}/tls/gold-1`;
  await client.addNode({ multiAddress, origin: 0n });
  let origin: bigint | undefined;
  while (origin === undefined) origin = (await client.getPeersNetInfo({})).nodes[0]?.origin;
  const processes = { sender: sender.child.pid, receiver: receiver.child.pid };
  const way: Way = {
    send: (message) => client.sendMsg(message),
    arrived: () => arrivedAt(receiver.controller),
    cpuMs: () => processUses([{ index: 0, processes }]).reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
  const stop = async () => {
    client.close();
    await Promise.all([sender.stop(), receiver.stop()]);
  };
  return { way, origin, stop };
}

async function startProcess(name: string, peers: { domain: string; port: number }[]) {
  const folder = new NodeFolder(name);
  const controller = await new Module().start();
  const crypto = await startCrypto(name);
  const modules = [{ name: 'controller', port: controller.port }];
  const child = await folder.start(folder.config({ modules, peers, crypto_port: crypto.port }));
  await child.listening();
  const stop = async () => {
    await child.end();
    await Promise.all([crypto.stop(), controller.stop()]);
    folder.remove();
  };
  return { child, controller, stop };
}

/** Two nodes in this process, linked by TLS: what the link costs without any gRPC. */
export async function overLink(): Promise<OpenWay> {
  const authority = await CertificateAuthority.create();
  const [a, b] = [
    await startTlsNode(authority, 'a', { seed: 1 }),
    await startTlsNode(authority, 'b', { seed: 2 }),
  ];
  await linkAll([a, b]);
  const way: Way = {
    send: (message) => a.network.send(message),
    arrived: async () => {
      await b.until(() => b.inbox.controller.length > 0);
      return b.inbox.controller.splice(0).map(({ msg }) => msg);
    },
    cpuMs: ownCpuMs,
  };
  const stop = async () => {
    await Promise.all([a.stop(), b.stop()]);
  };
  return { way, origin: b.origin, stop };
}

/** One call of ProcessNetworkMsg within this process. */
export async function byOneCall(): Promise<OpenWay> {
  const module = await new Module().start();
  const address = `127.0.0.1:${module.port}`;
  const client = connect(NetworkMsgHandlerService, { address, clientName: 'network', log: quietLog });
  const way: Way = {
    send: (message) => client.processNetworkMsg(message),
    arrived: () => arrivedAt(module),
    cpuMs: ownCpuMs,
  };
  const stop = async () => {
    client.close();
    await module.stop();
  };
  return { way, origin: 0n, stop };
}
