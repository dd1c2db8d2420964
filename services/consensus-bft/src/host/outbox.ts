/**
 * Messages of the core, from events to bytes, to the network process. Nothing is kept for later: what gets lost, the
 * protocol says again. Bounded by calls under way.
 */
import type { Logger } from '@hexapod/common/log';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { fromHex } from '@hexapod/protocol/bytes';
import { originOf } from '@hexapod/protocol/rules';
import { toLeaderVote, toSignedProposal, toWireVote } from '../codec/translate.ts';
import {
  encodeBlockAnswer,
  encodeBlockRequest,
  encodeLeaderVote,
  encodeSignedProposal,
  encodeSignedVote,
} from '../codec/wire-messages.ts';
import type { Destination, Message } from '../core/types.ts';
import type { CallLimits, NetworkCalls } from './calls.ts';
import { FailureLog } from './failure-log.ts';

const LIMITS: CallLimits = { deadlineMs: 5_000 };
const WHAT = 'sending to the other validators';
/** What may be under way at once. */
const MOST = { calls: 1024, bytes: 1 << 28 };

export class Outbox {
  readonly #network: NetworkCalls;
  readonly #failures: FailureLog;
  readonly #most: typeof MOST;
  #underWay = 0;
  #bytes = 0;

  constructor(network: NetworkCalls, log: Logger, most = MOST) {
    this.#network = network;
    this.#most = most;
    this.#failures = new FailureLog(log);
  }

  send(to: Destination, message: Message): void {
    const [type, msg] = encode(message);
    if (this.#underWay >= this.#most.calls || this.#bytes + msg.length > this.#most.bytes) {
      const text = `${this.#underWay} messages are under way`;
      this.#failures.failed(WHAT, new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, text));
      return;
    }
    this.#underWay += 1;
    this.#bytes += msg.length;
    this.#call(to, type, msg)
      .then(
        () => this.#failures.worked(WHAT),
        (error: unknown) => this.#failures.failed(WHAT, error),
      )
      .finally(() => {
        this.#underWay -= 1;
        this.#bytes -= msg.length;
      });
  }

  async #call(to: Destination, type: string, msg: Uint8Array): Promise<void> {
    const base = { module: 'consensus', type, msg };
    if (to.kind === 'all') await this.#network.broadcast({ ...base, origin: 0n }, LIMITS);
    else {
      // A validator's node has the origin that its address begins with (docs/protocol/wire.md 8.3).
      const origin = to.kind === 'origin' ? to.origin : originOf(fromHex(to.address));
      await this.#network.sendMsg({ ...base, origin }, LIMITS);
    }
  }
}

/** Type and body on the wire (docs/protocol/consensus.md 3.3); `fetch` and `block` are ours, originals ignore them. */
function encode(message: Message): readonly [type: string, body: Uint8Array] {
  switch (message.kind) {
    case 'proposal':
      return ['proposal', encodeSignedProposal(toSignedProposal(message.proposal))];
    case 'vote': {
      const { step, signature } = message.vote;
      const body = encodeSignedVote({ vote: toWireVote(message.vote), sig: signature });
      return [step === 'newviewres' ? 'newview' : step, body];
    }
    case 'certificate':
      return [`l${message.certificate.step}`, encodeLeaderVote(toLeaderVote(message.certificate))];
    case 'fetch':
      return ['fetch', encodeBlockRequest({ height: BigInt(message.height), hash: message.hash })];
    case 'block':
      return ['block', encodeBlockAnswer({ height: BigInt(message.height), raw: message.raw })];
  }
}
