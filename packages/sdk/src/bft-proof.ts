// The proof of a block under consensus bft: bincode of the precommits that decided it (docs/protocol/wire.md 7.4,
// docs/protocol/cldi.md 11).

import type { Suite } from '@hexapod/crypto/suite';
import { fromHex } from '@hexapod/protocol/bytes';
import { StatusError } from '@hexapod/protocol/status-code';
import { ClientError } from './client-error.ts';

/** By the number in the encoding. */
const STEPS = [
  'Propose',
  'ProposeWait',
  'Prevote',
  'PrevoteWait',
  'Precommit',
  'PrecommitWait',
  'Commit',
  'CommitWait',
  'NewView',
  'NewViewRes',
] as const;

export interface BftVote {
  /** 32 bytes; none in a vote for no proposal. */
  readonly proposalHash: Uint8Array | undefined;
  readonly signature: Uint8Array;
  /** Address of the signer; undefined when the signature is not valid. */
  readonly validator: Uint8Array | undefined;
}

export interface BftProof {
  readonly height: bigint;
  readonly round: bigint;
  readonly step: (typeof STEPS)[number];
  readonly proposalHash: Uint8Array | undefined;
  readonly votes: readonly BftVote[];
}

interface Ballot {
  readonly height: bigint;
  readonly round: bigint;
  readonly step: (typeof STEPS)[number];
  readonly hash: Uint8Array | undefined;
}

/** Decodes a proof and recovers who signed. Throws ClientError when the bytes are not such a proof. */
export function decodeBftProof(bytes: Uint8Array, suite: Suite): BftProof {
  const reader = new BincodeReader(bytes);
  const { height, round, step, hash } = readBallot(reader);
  const votes: BftVote[] = [];
  const count = reader.u64();
  for (let index = 0n; index < count; index++) {
    const start = reader.position;
    const ballot = readBallot(reader);
    const signed = bytes.subarray(start, reader.position);
    const signature = reader.take(reader.u64());
    votes.push({ proposalHash: ballot.hash, signature, validator: signer(suite, signed, signature) });
  }
  if (reader.position !== bytes.length)
    throw notProof(`${bytes.length - reader.position} bytes too many at its end`);
  return { height, round, step, proposalHash: hash, votes };
}

function signer(suite: Suite, signed: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  try {
    return suite.recover(suite.hash(signed), signature);
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

function readBallot(reader: BincodeReader): Ballot {
  const height = reader.u64();
  const round = reader.u64();
  const stepNumber = reader.u32();
  const step = STEPS[stepNumber];
  if (!step) throw notProof(`step ${stepNumber} does not exist`);
  return { height, round, step, hash: reader.optionalHash() };
}

function notProof(what: string): ClientError {
  return new ClientError(`not a proof of consensus bft: ${what}`, {
    hint: "choose the chain's consensus with --consensus; the proof of the genesis block is empty and cannot be read",
  });
}

/** Little-endian integers of fixed width; a length is a u64. */
class BincodeReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length: bigint): Uint8Array {
    const left = this.#bytes.length - this.position;
    if (length > BigInt(left))
      throw notProof(`${length} bytes wanted at byte ${this.position}, ${left} are left`);
    const start = this.position;
    this.position += Number(length);
    return this.#bytes.subarray(start, this.position);
  }

  u64(): bigint {
    const start = this.position;
    this.take(8n);
    return this.#view.getBigUint64(start, true);
  }

  u32(): number {
    const start = this.position;
    this.take(4n);
    return this.#view.getUint32(start, true);
  }

  /** A hash is written as the text `0x` and 64 digits. */
  optionalHash(): Uint8Array | undefined {
    const [tag] = this.take(1n);
    if (tag === 0) return undefined;
    const text = new TextDecoder().decode(this.take(this.u64()));
    if (tag !== 1 || !/^0x[0-9a-f]{64}$/.test(text)) throw notProof(`no hash at byte ${this.position}`);
    return fromHex(text);
  }
}
