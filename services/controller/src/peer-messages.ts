// What other controllers send, by type (docs/protocol/controller.md 11). The code answered to each is for the log of whoever
// asks: the network process ignores it.

import type { Logger } from '@hexapod/common/log';
import { SyncBlockRequest, SyncTxRequest, SyncTxRespond } from '@hexapod/protocol/controller-messages';
import type { NetworkMsg } from '@hexapod/protocol/network';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { repeatedFields } from '@hexapod/protocol/wire';
import type { Intake } from './intake.ts';
import type { Introductions } from './introductions.ts';
import type { PeerLink } from './peer-link.ts';
import type { Peers } from './peers.ts';
import type { Queries } from './queries.ts';
import type { SyncServer } from './sync-server.ts';
import type { Synchronizer } from './synchronizer.ts';
import { type SentTransaction, sentTransaction } from './transaction.ts';

export interface PeerMessageModules {
  readonly introductions: Introductions;
  readonly intake: Pick<Intake, 'admitFromPeer'>;
  readonly link: Pick<PeerLink, 'send'>;
  readonly log: Logger;
  readonly peers: Peers;
  readonly queries: Pick<Queries, 'transaction'>;
  readonly sync: Pick<Synchronizer, 'receive' | 'poke'>;
  readonly syncServer: Pick<SyncServer, 'request'>;
}

const MODULE = 'controller';

type Handler = (origin: bigint, payload: Uint8Array) => Promise<Code>;

export class PeerMessages {
  readonly #modules: PeerMessageModules;
  readonly #handlers: ReadonlyMap<string, Handler>;

  constructor(modules: PeerMessageModules) {
    const { introductions } = modules;
    this.#modules = modules;
    this.#handlers = new Map<string, Handler>([
      ['chain_status_init', (_, payload) => introductions.onIntroduction(payload)],
      ['chain_status_init_req', (origin) => introductions.onIntroductionRequest(origin)],
      ['chain_status', (origin, payload) => introductions.onStatus(origin, payload)],
      ['chain_status_respond', async (origin, payload) => introductions.onRespond(origin, payload)],
      ['sync_block', async (origin, payload) => this.#onSyncBlock(origin, payload)],
      ['sync_block_respond', async (origin, payload) => this.#onSyncBlockRespond(origin, payload)],
      ['sync_tx', (origin, payload) => this.#onSyncTx(origin, payload)],
      ['sync_tx_respond', (_, payload) => this.#onSyncTxRespond(payload)],
      ['send_tx', async (_, payload) => modules.intake.admitFromPeer([sentTransaction(payload)])],
      ['send_txs', async (_, payload) => modules.intake.admitFromPeer(sentTransactions(payload))],
    ]);
  }

  /** Throws StatusError or DecodeError. */
  async process({ module, type, origin, msg }: NetworkMsg): Promise<Code> {
    if (module !== MODULE) return Code.ModuleNotController;
    const handler = this.#handlers.get(type);
    if (handler !== undefined) return handler(origin, msg);
    const { log, peers, sync } = this.#modules;
    log.warn({ origin, type: type.slice(0, 64) }, 'a message of unknown type: its sender is banned');
    peers.ban(origin);
    sync.poke();
    return Code.Success;
  }

  #onSyncBlock(origin: bigint, payload: Uint8Array): Code {
    const { startHeight, endHeight } = SyncBlockRequest.decode(payload);
    this.#modules.syncServer.request({ origin, start: startHeight, end: endHeight });
    return Code.Success;
  }

  #onSyncBlockRespond(origin: bigint, payload: Uint8Array): Code {
    this.#modules.sync.receive(origin, payload);
    return Code.Success;
  }

  /** Found or not, the asker is told only in the first case. */
  async #onSyncTx(origin: bigint, payload: Uint8Array): Promise<Code> {
    const { link, queries } = this.#modules;
    try {
      const value = await queries.transaction(SyncTxRequest.decode(payload).txHash);
      link.send(origin, 'sync_tx_respond', SyncTxRespond.encode({ respond: { case: 'ok', value } }));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
    return Code.Success;
  }

  /** Nobody of us asks for transactions; a transaction is welcome all the same, a reproach is not. */
  async #onSyncTxRespond(payload: Uint8Array): Promise<Code> {
    const { respond } = SyncTxRespond.decode(payload);
    if (respond?.case !== 'ok') return Code.Success;
    return this.#modules.intake.admitFromPeer([{ raw: respond.value, canonical: undefined }]);
  }
}

/** The elements of PB(RawTransactions), each with its bytes. Throws DecodeError. */
function sentTransactions(payload: Uint8Array): SentTransaction[] {
  return repeatedFields(payload, 1).map(sentTransaction);
}
