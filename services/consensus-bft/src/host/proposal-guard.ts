/**
 * What a proposal must be before anybody votes for it, beyond what a 6.6.3 controller looks at (rule P2 of
 * docs/protocol/consensus.md 8.2). A block that passes can be committed by every controller and rebuilt byte for byte
 * from storage; an honest proposer, ours or the original, never sends another.
 */
import type { Block } from '@hexapod/protocol/blockchain';
import { BlockHeader } from '@hexapod/protocol/blockchain';
import { equalBytes, joinBytes, toHex } from '@hexapod/protocol/bytes';
import { ProposalEnum } from '@hexapod/protocol/common';
import { DecodeError } from '@hexapod/protocol/reader';
import { rawTransactionHash } from '@hexapod/protocol/rules';

export type HashFunction = (data: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** Null when the proposal is fit for `height` on top of `parent`, else what is wrong with it. */
export async function faultOf(
  raw: Uint8Array,
  height: number,
  parent: Uint8Array,
  hash: HashFunction,
): Promise<string | null> {
  let read: ReturnType<typeof ProposalEnum.inspect>;
  try {
    read = ProposalEnum.inspect(raw);
  } catch (error) {
    if (error instanceof DecodeError) return `it does not decode: ${error.message}`;
    throw error;
  }
  if (!read.isCanonical) return 'it is not in canonical form';
  const inner = read.message.proposal?.value;
  if (inner === undefined || inner.proposal === undefined) return 'it holds no block';
  if (inner.preProof.length > 0) return 'it holds a proof of the block before';
  return headerFault(inner.proposal, height, parent) ?? bodyFault(inner.proposal, hash);
}

function headerFault({ version, header }: Block, height: number, parent: Uint8Array): string | null {
  if (header === undefined) return 'its block has no header';
  if (version !== 0) return `its block has version ${version}, not 0`;
  if (header.height !== BigInt(height)) return `its block has height ${header.height}, not ${height}`;
  if (!equalBytes(header.prevhash, parent)) {
    return `its block has the parent 0x${toHex(header.prevhash)}, not 0x${toHex(parent)}`;
  }
  if (header.proposer.length !== 20) return `its proposer has ${header.proposer.length} bytes, not 20`;
  return null;
}

async function bodyFault(
  { header, body, proof, stateRoot }: Block,
  hash: HashFunction,
): Promise<string | null> {
  if (body === undefined || header === undefined) return 'its block has no body';
  if (proof.length > 0 || stateRoot.length > 0) return 'its block already has a proof or a state root';
  const hashes: Uint8Array[] = [];
  const seen = new Set<string>();
  for (const [index, transaction] of body.body.entries()) {
    const transactionHash = rawTransactionHash(transaction);
    if (transactionHash === undefined) return `its transaction ${index} is of neither kind`;
    hashes.push(transactionHash);
    seen.add(toHex(transactionHash));
  }
  if (seen.size !== hashes.length) return 'a transaction is in it twice';
  const root = await hash(joinBytes(hashes));
  if (!equalBytes(root, header.transactionsRoot))
    return 'its transactions root is not that of its transactions';
  return null;
}

/** The hash of the block inside proposal bytes; undefined if there is none. Throws DecodeError. */
export async function blockHashOf(raw: Uint8Array, hash: HashFunction): Promise<Uint8Array | undefined> {
  const header = ProposalEnum.decode(raw).proposal?.value.proposal?.header;
  return header === undefined ? undefined : hash(BlockHeader.encode(header));
}
