/**
 * A chain of consensus processes without processes: real hosts, codecs and signatures, fake controllers, a fake network,
 * logs in memory, all under one virtual clock.
 */
import type { Clock } from '@hexapod/common/clock';
import { VirtualClock } from '@hexapod/common/clock';
import type { Disk, DiskFile } from '@hexapod/common/disk';
import type { LocalHandlers } from '@hexapod/common/in-process-client';
import { inProcessClient } from '@hexapod/common/in-process-client';
import type { Logger } from '@hexapod/common/log';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import type { Suite } from '@hexapod/crypto/suite';
import { loadSuite } from '@hexapod/crypto/suite';
import { BlockHeader } from '@hexapod/protocol/blockchain';
import { be64, equalBytes, toHex } from '@hexapod/protocol/bytes';
import type {
  ConsensusConfiguration,
  Hash,
  Proposal,
  ProposalWithProof,
  StatusCode,
} from '@hexapod/protocol/common';
import { ProposalEnum } from '@hexapod/protocol/common';
import type { BlockNumber } from '@hexapod/protocol/controller';
import { Consensus2ControllerService } from '@hexapod/protocol/controller';
import { CryptoService } from '@hexapod/protocol/crypto';
import { NetworkService } from '@hexapod/protocol/network';
import { originOf, proposalBytes } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import type { Address } from '../src/core/types.ts';
import type { ConsensusOptions } from '../src/host/consensus.ts';
import { Consensus } from '../src/host/consensus.ts';
import type { LogFile } from '../src/host/journal.ts';
import { Journal } from '../src/host/journal.ts';
import { SignGuard } from '../src/host/sign-guard.ts';

const PING = 2n ** 64n - 1n;
const STATE_ROOT = new Uint8Array(32).fill(9);

/** A log that is synced at once and outlives its process. */
export class MemoryLog implements LogFile {
  bodies: Uint8Array[] = [];

  get bytes(): number {
    return this.bodies.reduce((sum, body) => sum + body.length, 0);
  }

  /** Fails every write from now on. */
  isBroken = false;

  append(body: Uint8Array): Promise<void> {
    if (this.isBroken) return Promise.reject(new Error('no space left on device'));
    this.bodies.push(body);
    return Promise.resolve();
  }

  replay(): Promise<Uint8Array[]> {
    return Promise.resolve([...this.bodies]);
  }

  reset(bodies: readonly Uint8Array[]): Promise<void> {
    this.bodies = [...bodies];
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Files in memory; only what the sign guard needs of a disk. */
export class MemoryDisk implements Disk {
  readonly files = new Map<string, Uint8Array>();

  makeFolder(): Promise<void> {
    return Promise.resolve();
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.files.get(path));
  }

  replace(path: string, content: Uint8Array): Promise<void> {
    this.files.set(path, content.slice());
    return Promise.resolve();
  }

  open(path: string): Promise<DiskFile> {
    const nothing = (): Promise<void> => Promise.resolve();
    const write = (parts: readonly Uint8Array[], position: number): Promise<void> => {
      const [part] = parts;
      if (part !== undefined) this.files.get(path)?.set(part, position);
      return Promise.resolve();
    };
    return Promise.resolve({ write, truncate: nothing, sync: nothing, close: nothing });
  }
}

export interface CommittedBlock {
  readonly data: Uint8Array;
  readonly proof: Uint8Array;
  /** By the monotonic clock, ms. */
  readonly at: number;
}

/** A controller that keeps blocks and makes empty ones (docs/protocol/consensus.md 1.2). */
export class FakeController {
  readonly blocks: CommittedBlock[] = [];
  readonly hashes: Uint8Array[] = [new Uint8Array(32).fill(1)];
  readonly #suite: Suite;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #address: Uint8Array;
  interval = 3;
  validators: Uint8Array[] = [];
  /** What the crypto process beside it calls the suite. */
  suiteName: string;
  /** What CommitBlock answers instead of committing; null to commit. */
  refusal: number | null = null;

  constructor(suite: Suite, clock: Pick<Clock, 'now' | 'monotonic'>, address: Uint8Array) {
    this.#suite = suite;
    this.#clock = clock;
    this.#address = address;
    this.suiteName = suite.name;
  }

  get height(): bigint {
    return BigInt(this.blocks.length);
  }

  configuration(height = this.height): ConsensusConfiguration {
    return { height, blockInterval: this.interval, validators: this.validators };
  }

  /** The bytes of an empty block on top of the head. */
  propose(): Uint8Array {
    const header = {
      prevhash: this.hashes[this.blocks.length] ?? STATE_ROOT,
      timestamp: BigInt(Math.floor(this.#clock.now()) + 1),
      height: this.height + 1n,
      transactionsRoot: this.#suite.hash(new Uint8Array(0)),
      proposer: this.#address,
    };
    const none = new Uint8Array(0);
    return proposalBytes(STATE_ROOT, {
      version: 0,
      header,
      body: { body: [] },
      proof: none,
      stateRoot: none,
    });
  }

  check({ height }: Proposal): StatusCode {
    if (height <= this.height) return { code: Code.ProposalTooLow };
    return { code: height > this.height + 1n ? Code.ProposalTooHigh : Code.Success };
  }

  commit({ proposal, proof }: ProposalWithProof): number {
    const height = proposal?.height ?? 0n;
    if (height === PING || height <= this.height) return Code.Success;
    if (this.refusal !== null) return this.refusal;
    if (height > this.height + 1n) return Code.ProposalTooHigh;
    const data = proposal?.data ?? new Uint8Array(0);
    const header = ProposalEnum.decode(data).proposal?.value.proposal?.header;
    const head = this.hashes[this.blocks.length];
    if (header === undefined || head === undefined || !equalBytes(header.prevhash, head))
      return Code.ProposalCheckError;
    this.blocks.push({ data: data.slice(), proof: proof.slice(), at: this.#clock.monotonic() });
    this.hashes.push(this.#suite.hash(BlockHeader.encode(header)));
    return Code.Success;
  }
}

export class FakeNode {
  readonly controller: FakeController;
  readonly address: Address;
  readonly origin: bigint;
  readonly log = new MemoryLog();
  readonly disk = new MemoryDisk();
  readonly #chain: FakeChain;
  readonly #key: Uint8Array;
  consensus: Consensus | null = null;
  /** Answers of controller and crypto fail while set. */
  isDeaf = false;
  /** What its neighbours answer, where a test wants other answers. */
  spoil: (answers: Answers) => Answers = (answers) => answers;

  constructor(chain: FakeChain, key: Uint8Array) {
    const { suite, clock } = chain;
    const address = suite.address(suite.publicKey(key));
    this.#chain = chain;
    this.#key = key;
    this.address = toHex(address) as Address;
    this.origin = originOf(address);
    this.controller = new FakeController(suite, clock, address);
  }

  async start(): Promise<void> {
    const { clock, log } = this.#chain;
    const guard = await SignGuard.open('/guard', false, this.disk);
    this.consensus = new Consensus(optionsOf(this.address), {
      clock,
      log,
      journal: new Journal(this.log, log),
      guard,
      ...this.#calls(),
    });
    void this.consensus.start();
  }

  async stop(): Promise<void> {
    await this.consensus?.stop();
    this.consensus = null;
  }

  /** What the controller does after it took a block from a peer. */
  reconfigure(): void {
    this.consensus?.reconfigure(this.controller.configuration());
  }

  #calls() {
    const { suite } = this.#chain;
    const honest = answersOf(this.controller, suite, this.#key, () => {
      if (this.isDeaf) throw new RpcError(GrpcStatus.UNAVAILABLE, 'not there');
    });
    const answers = this.spoil(honest);
    const network: LocalHandlers<typeof NetworkService> = {
      ...answers.network,
      sendMsg: ({ type, msg, origin }) => this.#chain.carry(this, origin, type, msg),
      broadcast: ({ type, msg }) => this.#chain.carry(this, null, type, msg),
    };
    return {
      controller: inProcessClient(Consensus2ControllerService, answers.controller),
      chain: {
        getBlockHash: (request: BlockNumber) => Promise.resolve(request).then(answers.getBlockHash),
      },
      network: inProcessClient(NetworkService, network),
      crypto: inProcessClient(CryptoService, answers.crypto),
    };
  }
}

/** Options of a process as they are without any key in its config file. */
export function optionsOf(self: string): ConsensusOptions {
  return {
    core: {
      self: self as Address,
      lowLimitInterval: 600,
      proposeShare: 24 / 30,
      maxProposalExponent: 8,
      resumeWithoutWal: false,
      successor: false,
      rollback: false,
    },
    retryEvery: 1000,
    maxMessageBytes: 1 << 24,
    port: 50001,
  };
}

export interface Answers {
  readonly controller: LocalHandlers<typeof Consensus2ControllerService>;
  readonly network: LocalHandlers<typeof NetworkService>;
  readonly crypto: LocalHandlers<typeof CryptoService>;
  readonly getBlockHash: (request: BlockNumber) => Hash | Promise<Hash>;
}

/** What the neighbours of a consensus process answer; `reachable` throws when they are not to be reached. */
export function answersOf(
  controller: FakeController,
  suite: Suite,
  key: Uint8Array,
  reachable = (): void => undefined,
): Answers {
  const success = { code: Code.Success };
  const consensus2Controller: LocalHandlers<typeof Consensus2ControllerService> = {
    getProposal() {
      reachable();
      const proposal = { height: controller.height + 1n, data: controller.propose() };
      return { status: { code: Code.NoTransaction }, proposal };
    },
    checkProposal(proposal) {
      reachable();
      return controller.check(proposal);
    },
    commitBlock(request) {
      reachable();
      const code = controller.commit(request);
      const height = request.proposal?.height ?? 0n;
      const config = controller.configuration(height === PING ? controller.height : height);
      return { status: { code }, config };
    },
  };
  const network: LocalHandlers<typeof NetworkService> = {
    sendMsg: () => success,
    broadcast: () => success,
    registerNetworkMsgHandler: () => success,
    getNetworkStatus: () => ({ peerCount: 3n }),
    addNode: () => success,
    getPeersNetInfo: () => ({ nodes: [] }),
  };
  const { signatureLength: signatureLen } = suite;
  const name = controller.suiteName;
  const crypto: LocalHandlers<typeof CryptoService> = {
    getCryptoInfo: () => ({ status: success, name, hashLen: 32, signatureLen, addressLen: 20 }),
    hashData: ({ data }) => ({ status: success, hash: { hash: suite.hash(data) } }),
    verifyDataHash: () => success,
    signMessage({ msg }) {
      reachable();
      return { status: success, signature: suite.sign(key, msg) };
    },
    recoverSignature: ({ msg, signature }) => ({ status: success, address: suite.recover(msg, signature) }),
    checkTransactions: () => success,
  };
  const getBlockHash = ({ blockNumber }: BlockNumber): Hash => {
    const hash = controller.hashes[Number(blockNumber)];
    if (hash === undefined) throw new RpcError(GrpcStatus.INVALID_ARGUMENT, 'NoBlockHeight');
    return { hash };
  };
  return { controller: consensus2Controller, network, crypto, getBlockHash };
}

export interface Carried {
  readonly from: FakeNode;
  readonly to: FakeNode;
  readonly type: string;
  readonly msg: Uint8Array;
}

export class FakeChain {
  readonly clock = new VirtualClock();
  readonly suite: Suite;
  readonly log: Logger;
  readonly nodes: FakeNode[] = [];
  /** ms from node to node. */
  delay = 5;
  /** Which messages get through. */
  passes: (message: Carried) => boolean = () => true;
  /** Everything that was sent. */
  readonly sent: Carried[] = [];

  constructor(suite: Suite, log: Logger, count: number) {
    this.suite = suite;
    this.log = log;
    for (let i = 1; i <= count; i += 1) {
      const key = new Uint8Array(32);
      key.set(be64(BigInt(i)), 24);
      this.nodes.push(new FakeNode(this, key));
    }
    const validators = this.nodes.map((node) =>
      suite.address(suite.publicKey(keyOf(this.nodes.indexOf(node) + 1))),
    );
    for (const { controller } of this.nodes) controller.validators = validators;
  }

  carry(from: FakeNode, origin: bigint | null, type: string, msg: Uint8Array): StatusCode {
    const copy = msg.slice();
    for (const to of this.nodes) {
      if (to === from || (origin !== null && to.origin !== origin)) continue;
      const message = { from, to, type, msg: copy };
      this.sent.push(message);
      if (!this.passes(message)) continue;
      this.clock.setTimer(this.delay, () =>
        to.consensus?.processMessage({ module: 'consensus', type, origin: from.origin, msg: copy }),
      );
    }
    return { code: Code.Success };
  }

  /** Runs until the condition holds; throws after `limit` ms of virtual time. */
  async until(what: string, condition: () => boolean, limit = 60_000): Promise<void> {
    const end = this.clock.monotonic() + limit;
    while (!condition()) {
      if (this.clock.monotonic() >= end) throw new Error(`${what}: not after ${limit} ms of virtual time`);
      await this.clock.advanceAsync(Math.min(50, end - this.clock.monotonic()));
    }
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) await node.stop();
  }
}

function keyOf(i: number): Uint8Array {
  const key = new Uint8Array(32);
  key.set(be64(BigInt(i)), 24);
  return key;
}

/** A chain of `count` validators, none of them started. */
export async function fakeChain(count: number, log: Logger, suite: 'sm' | 'eth' = 'eth'): Promise<FakeChain> {
  return new FakeChain(await loadSuite(suite), log, count);
}
