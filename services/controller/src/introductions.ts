// How nodes get to know each other: chain_status_init (signed), chain_status, chain_status_init_req, chain_status_respond
// (docs/protocol/controller.md 11.2 to 11.4). Addresses inside a message are compared with the origin it came from before
// anything follows from them (section 18, weaknesses 17 to 19).

import type { Clock } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import { equalBytes, toHex } from '@hexapod/protocol/bytes';
import { ChainStatus, ChainStatusInit, ChainStatusRespond } from '@hexapod/protocol/controller-messages';
import { originOf } from '@hexapod/protocol/rules';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import type { Chain } from './chain.ts';
import { checkStatus, isOtherChain, readStatus, statusMessage } from './chain-status.ts';
import type { ChainSuite } from './chain-suite.ts';
import type { PeerLink } from './peer-link.ts';
import type { Peer, PeerStatus, Peers } from './peers.ts';
import { ADDRESS_LENGTH } from './system-config.ts';

export interface IntroductionModules {
  readonly chain: Chain;
  readonly peers: Peers;
  readonly suite: Pick<ChainSuite, 'hash' | 'recover' | 'sign'>;
  readonly link: PeerLink;
  readonly clock: Clock;
  readonly log: Logger;
  /** Our block's hash at a height we have. */
  hashAt(height: bigint): Promise<Uint8Array | undefined>;
  /** The best known peer may have changed. */
  onPeersChanged(): void;
}

export class Introductions {
  readonly #modules: IntroductionModules;
  /** Our own introduction, signed once per head. */
  #own: { readonly status: PeerStatus; readonly payload: Promise<Uint8Array> } | undefined;

  constructor(modules: IntroductionModules) {
    this.#modules = modules;
  }

  /** Introduces this node to all. */
  async broadcast(): Promise<void> {
    this.#modules.link.broadcast('chain_status_init', await this.#introduction());
  }

  /** Tells our status to a few nodes picked at random. */
  multicastStatus(): void {
    const { chain, link, peers } = this.#modules;
    link.multicast(peers.known(), 'chain_status', ChainStatus.encode(statusMessage(chain.status)));
  }

  /** chain_status_init */
  async onIntroduction(payload: Uint8Array): Promise<Code> {
    const { chain, peers, link, clock } = this.#modules;
    const message = ChainStatusInit.decode(payload);
    if (message.chainStatus === undefined) return Code.NoneChainStatus;
    const read = readStatus(message.chainStatus);
    if ('code' in read) return read.code;
    await this.#requireSigned(message.chainStatus, message.signature);
    // Signed by the owner of the address: the origin of the address counts, whoever passed the message on.
    const peer: Peer = { origin: originOf(read.status.address), status: read.status };
    const code = await this.#check(peer);
    if (code !== Code.Success) return code;

    switch (peers.record(peer, clock.now())) {
      case 'banned':
        return Code.BannedNode;
      case 'misbehaving':
      case 'refused':
        return Code.MisbehaveNode;
      case 'new':
        link.send(peer.origin, 'chain_status_init', await this.#introduction());
        break;
      case 'updated':
        if (chain.height > peer.status.height) this.#sendStatus(peer.origin);
        break;
      case 'early':
        // A node that was away introduces itself with the height it had: it must learn that we went on.
        if (chain.height > peer.status.height) this.#sendStatus(peer.origin);
        if (chain.height >= peer.status.height) return Code.EarlyStatus;
        chain.candidates.clear();
        link.send(peer.origin, 'chain_status_init', await this.#introduction());
        this.#offer(peer);
        return Code.EarlyStatus;
    }
    this.#offer(peer);
    return Code.Success;
  }

  /** chain_status_init_req: somebody wants to know who we are. */
  async onIntroductionRequest(origin: bigint): Promise<Code> {
    this.#modules.link.send(origin, 'chain_status_init', await this.#introduction());
    return Code.Success;
  }

  /** chain_status */
  async onStatus(origin: bigint, payload: Uint8Array): Promise<Code> {
    const { peers, link, chain, clock } = this.#modules;
    const read = readStatus(ChainStatus.decode(payload));
    if ('code' in read) return read.code;
    const peer: Peer = { origin, status: read.status };
    if (originOf(peer.status.address) !== origin || peers.get(origin) === undefined) {
      link.send(origin, 'chain_status_init_req', ChainStatus.encode(statusMessage(chain.status)));
      return Code.Success;
    }
    const code = await this.#check(peer);
    if (code !== Code.Success) return code;
    switch (peers.record(peer, clock.now())) {
      case 'banned':
        return Code.BannedNode;
      case 'misbehaving':
      case 'refused':
        return Code.MisbehaveNode;
      case 'early':
        return Code.EarlyStatus;
      case 'new':
      case 'updated':
        this.#offer(peer);
        return Code.Success;
    }
  }

  /** chain_status_respond: a node says that it is on another chain. It can say so of itself only. */
  onRespond(origin: bigint, payload: Uint8Array): Code {
    const { respond } = ChainStatusRespond.decode(payload);
    if (respond === undefined) return Code.Success;
    const { address } = respond.value;
    if (address.length !== ADDRESS_LENGTH) return Code.ProvideAddressError;
    if (originOf(address) !== origin) return Code.AddressOriginCheckError;
    this.#modules.log.warn({ origin, address }, 'a node says it is on another chain: banned');
    this.#modules.peers.ban(origin);
    this.#modules.onPeersChanged();
    return Code.Success;
  }

  async #requireSigned(status: ChainStatus, signature: Uint8Array): Promise<void> {
    const { suite } = this.#modules;
    const address = status.address?.address ?? new Uint8Array(0);
    const signer = await suite.recover(await suite.hash(ChainStatus.encode(status)), signature);
    if (!equalBytes(signer, address)) {
      const text = `the status of ${toHex(address)} is signed by ${toHex(signer)}`;
      throw new StatusError(Code.SigCheckError, text);
    }
  }

  /** Is the peer on our chain? If not it is told and banned. */
  async #check({ origin, status }: Peer): Promise<Code> {
    const { chain, hashAt, link, log, peers, onPeersChanged } = this.#modules;
    const code = await checkStatus(chain.status, status, hashAt);
    if (!isOtherChain(code)) return code;
    log.warn(
      { origin, height: status.height, hash: status.hash },
      `banned, on another chain: ${codeName(code)}`,
    );
    const respond = { case: 'notSameChain' as const, value: { address: chain.address } };
    link.send(origin, 'chain_status_respond', ChainStatusRespond.encode({ respond }));
    peers.ban(origin);
    onPeersChanged();
    return code;
  }

  #offer(peer: Peer): void {
    const { chain, peers, onPeersChanged } = this.#modules;
    peers.offerBest(peer, chain.height);
    if (peer.status.height > chain.height) onPeersChanged();
  }

  #sendStatus(origin: bigint): void {
    const { chain, link } = this.#modules;
    link.send(origin, 'chain_status', ChainStatus.encode(statusMessage(chain.status)));
  }

  #introduction(): Promise<Uint8Array> {
    const { chain, suite } = this.#modules;
    const { status } = chain;
    if (this.#own === undefined || this.#own.status.height !== status.height) {
      const payload = sign(statusMessage(status), suite);
      this.#own = { status, payload };
      // A failure is not kept: the next one who asks tries again.
      payload.catch(() => {
        if (this.#own?.payload === payload) this.#own = undefined;
      });
    }
    return this.#own.payload;
  }
}

async function sign(chainStatus: ChainStatus, suite: IntroductionModules['suite']): Promise<Uint8Array> {
  const signature = await suite.sign(await suite.hash(ChainStatus.encode(chainStatus)));
  return ChainStatusInit.encode({ chainStatus, signature });
}
