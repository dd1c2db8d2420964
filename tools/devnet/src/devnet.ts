// A running devnet: all processes of all nodes, started, watched and stopped as one.

import type { Chain } from './chain.ts';
import { type ControlRequest, ControlServer, isRunning } from './control.ts';
import { type NodeLayout, portsOf, SERVICES, type ServiceName } from './layout.ts';
import { waitForPorts } from './ports.ts';
import { type Command, type Death, type ProcessState, ServiceProcess } from './service-process.ts';
import { type DevnetState, readState, removeState, writeState } from './state-file.ts';

export interface DevnetOptions {
  readonly chain: Chain;
  /** Home of a client that is set up for this chain. */
  readonly cldiHome: string;
  readonly command: Command;
}

export interface DevnetModules {
  /** Tells a person what happens. */
  readonly say: (text: string) => void;
  /** Called when somebody asks the whole devnet to stop. */
  readonly onStopRequest: () => void;
}

/** What a person needs to know about a process that ended by itself. */
export function describeDeath({ node, service, how, log, lastLines }: Death): string {
  const lines = lastLines.length > 0 ? `\n${lastLines.map((line) => `  | ${line}`).join('\n')}` : '';
  return (
    `${service} of node ${node} ended by itself (${how}). Its log: ${log}${lines}\n` +
    `  Start it again with: npm run devnet -- process start ${node} ${service}`
  );
}

/**
 * Makes sure that nothing of an earlier devnet on `data` still runs. Throws when one does; ends processes that a devnet
 * left behind when its machine took it away.
 */
export async function takeOver(data: string, say: (text: string) => void): Promise<void> {
  const state = await readState(data);
  if (!state) return;
  if (await isRunning(state)) {
    throw new Error(
      `a devnet runs on ${data} already (process ${state.pid}): stop it with "npm run devnet -- stop --data ${data}", or choose another --data`,
    );
  }
  say(`the last devnet on ${data} was not stopped in order; continuing from its data`);
  await removeState(data);
}

export class Devnet {
  readonly #chain: Chain;
  readonly #cldiHome: string;
  readonly #modules: DevnetModules;
  readonly #processes: readonly Readonly<Record<ServiceName, ServiceProcess>>[];
  readonly #control: ControlServer;
  #controlPort = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor({ chain, cldiHome, command }: DevnetOptions, modules: DevnetModules) {
    this.#chain = chain;
    this.#cldiHome = cldiHome;
    this.#modules = modules;
    const onDeath = (death: Death): void => {
      modules.say(describeDeath(death));
      this.#saveState();
    };
    this.#processes = chain.nodes.map((node) => {
      const of = (service: ServiceName) => new ServiceProcess(node, service, command, onDeath);
      return {
        network: of('network'),
        consensus: of('consensus'),
        executor: of('executor'),
        storage: of('storage'),
        controller: of('controller'),
        crypto: of('crypto'),
      };
    });
    this.#control = new ControlServer((request) => this.#handle(request));
  }

  get states(): Readonly<Record<ServiceName, ProcessState>>[] {
    return this.#processes.map((node) => ({
      network: node.network.state,
      consensus: node.consensus.state,
      executor: node.executor.state,
      storage: node.storage.state,
      controller: node.controller.state,
      crypto: node.crypto.state,
    }));
  }

  /** Waits for the ports, then starts all processes. Throws when a port stays taken. */
  async start(): Promise<void> {
    await waitForPorts(this.#chain.nodes.flatMap(portsOf), this.#modules.say);
    this.#controlPort = await this.#control.start();
    for (const node of this.#chain.nodes) await this.startNode(node.index);
  }

  async startNode(index: number, service?: ServiceName): Promise<void> {
    for (const process of this.#select(index, service)) process.start();
    await this.#saveState();
  }

  async stopNode(index: number, service?: ServiceName): Promise<void> {
    await Promise.all(this.#select(index, service).map((process) => process.stop()));
    await this.#saveState();
  }

  /** Ends processes at once, as a power cut would. */
  async killNode(index: number, service?: ServiceName): Promise<void> {
    await Promise.all(this.#select(index, service).map((process) => process.kill()));
    await this.#saveState();
  }

  /** Stops everything. The controllers go first, so that no block is half handed over when its neighbours leave. */
  async stop(): Promise<void> {
    this.#control.stop();
    const all = this.#processes.flatMap((node) => SERVICES.map((service) => node[service]));
    const isFirst = (process: ServiceProcess): boolean =>
      process.service === 'controller' || process.service === 'consensus';
    await Promise.all(all.filter(isFirst).map((process) => process.stop()));
    await Promise.all(all.map((process) => process.stop()));
    await this.#writing;
    await removeState(this.#chain.data);
  }

  #select(index: number, service?: ServiceName): ServiceProcess[] {
    const node = this.#processes[index];
    if (!node)
      throw new Error(`there is no node ${index}: this devnet has nodes 0 to ${this.#processes.length - 1}`);
    return service ? [node[service]] : SERVICES.map((name) => node[name]);
  }

  async #handle({ action, node, service }: ControlRequest): Promise<string> {
    if (action === 'status') return JSON.stringify(this.states);
    if (action === 'stop-all') {
      this.#modules.onStopRequest();
      return 'stopping';
    }
    if (node === undefined) throw new Error(`${action} needs the number of a node`);
    const what = service ? `${service} of node ${node}` : `node ${node}`;
    if (action === 'start') await this.startNode(node, service);
    else if (action === 'stop') await this.stopNode(node, service);
    else await this.killNode(node, service);
    const done = { start: 'started', stop: 'stopped', kill: 'killed' }[action];
    this.#modules.say(`${what} ${done}`);
    return `${what} ${done}`;
  }

  #saveState(): Promise<void> {
    const { data, chainId, parameters, admin, nodes } = this.#chain;
    const state: DevnetState = {
      pid: process.pid,
      control: { port: this.#controlPort, token: this.#control.token },
      chain: { id: chainId, interval: parameters.interval },
      crypto: parameters.crypto,
      nodes: nodes.map((node) => this.#nodeState(node)),
      admin: { ...admin },
      cldiHome: this.#cldiHome,
    };
    // One after another: two writers of one temporary file would mix their texts.
    this.#writing = this.#writing.then(() => writeState(data, state));
    return this.#writing;
  }

  #nodeState(node: NodeLayout): DevnetState['nodes'][number] {
    const { index, directory, ports, metricsPorts, linkPort } = node;
    const pids = this.#select(index).flatMap(({ service, pid }) =>
      pid === undefined ? [] : [[service, pid] as const],
    );
    return { index, directory, ports, metricsPorts, linkPort, processes: Object.fromEntries(pids) };
  }
}
