// Is this proposal fit to be voted for? docs/protocol/controller.md 8.2, with the checks that are safe against honest
// originals (17.6; section 18, weaknesses 10, 13 to 16).

import type { BlockHeader } from '@hexapod/protocol/blockchain';
import { equalBytes, joinBytes, toHex } from '@hexapod/protocol/bytes';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { fieldBytes, repeatedFields } from '@hexapod/protocol/wire';
import { type BlockContent, blockContent, encodeHeader, headerOf, proposalBytes } from './block.ts';
import { checkRead, type ReadTransaction, readTransaction } from './block-reader.ts';
import type { Chain } from './chain.ts';
import { requireNext } from './chain-loop.ts';
import type { ChainSuite } from './chain-suite.ts';
import type { Pool } from './pool.ts';
import { ADDRESS_LENGTH, isFatalToOriginals } from './system-config.ts';
import type { ChainTransaction } from './transaction.ts';

const HASH_LENGTH = 32;
/** Clocks of honest nodes may differ, but not by an hour. Backwards anything goes: originals do not force time to grow. */
const MAX_AHEAD_MS = 3_600_000n;

export interface ProposalCheckModules {
  readonly chain: Chain;
  readonly pool: Pick<Pool, 'get'>;
  readonly suite: Pick<ChainSuite, 'hash' | 'form'>;
  /** Milliseconds since 1970. */
  now(): number;
}

export interface CheckedProposal {
  readonly block: BlockContent;
  /** Passed all but the check of their signatures; those already in the pool are not among them. */
  readonly unverified: ChainTransaction[];
}

/** The outermost parts of proposal bytes. */
export interface ProposalParts {
  readonly preStateRoot: Uint8Array;
  /** PB(Block) */
  readonly block: Uint8Array | undefined;
}

/** Takes proposal bytes apart: undefined for one of no kind that we know. Throws DecodeError. */
export function proposalParts(data: Uint8Array): ProposalParts | undefined {
  const bft = fieldBytes(data, 1);
  return bft && { preStateRoot: fieldBytes(bft, 1) ?? new Uint8Array(0), block: fieldBytes(bft, 3) };
}

/** Rows 4 to 14 for a proposal at the next height. Throws StatusError with the row's code, or DecodeError. */
export async function checkProposal(
  data: Uint8Array,
  parts: ProposalParts | undefined,
  modules: ProposalCheckModules,
): Promise<CheckedProposal> {
  const { chain, pool, suite } = modules;
  if (parts === undefined) throw new StatusError(Code.NoneProposal, 'the proposal is of no kind');
  if (!equalBytes(parts.preStateRoot, chain.head.stateRoot)) {
    const [theirs, ours] = [toHex(parts.preStateRoot), toHex(chain.head.stateRoot)];
    throw new StatusError(Code.ProposalCheckError, `the proposal builds on state ${theirs}, ours is ${ours}`);
  }
  if (parts.block === undefined) throw new StatusError(Code.NoneProposal, 'the proposal has no block');
  const body = fieldBytes(parts.block, 3);
  if (body === undefined) throw new StatusError(Code.NoneBlockBody, 'the proposed block has no body');
  const transactions = repeatedFields(body, 1).map((bytes) => readTransaction(bytes, pool));
  checkQuota(transactions, chain);
  const header = headerOf(parts.block);
  if (header === undefined) throw new StatusError(Code.NoneBlockHeader, 'the proposed block has no header');

  const hash = await suite.hash(encodeHeader(header));
  const block = blockContent(
    header,
    hash,
    transactions.map(({ tx }) => tx),
  );
  requireNext(block, chain, Code.ProposalCheckError);
  await checkHeader(header, transactions, modules);
  checkCanonical(data, parts.preStateRoot, block);
  checkTransactions(transactions, modules);
  return { block, unverified: transactions.filter(({ raw }) => raw !== undefined).map(({ tx }) => tx) };
}

function checkQuota(transactions: readonly ReadTransaction[], { config }: Chain): void {
  const sum = transactions.reduce((total, { tx }) => total + tx.quota, 0n);
  if (sum <= config.quotaLimit) return;
  throw new StatusError(
    Code.QuotaUsedExceed,
    `the block asks for quota ${sum}, the limit is ${config.quotaLimit}`,
  );
}

/** Executors of originals end on a header with other lengths. */
async function checkHeader(
  header: BlockHeader,
  transactions: readonly ReadTransaction[],
  { suite, now }: ProposalCheckModules,
): Promise<void> {
  if (header.proposer.length !== ADDRESS_LENGTH || header.transactionsRoot.length !== HASH_LENGTH) {
    throw new StatusError(
      Code.ProposalCheckError,
      'proposer or transactions_root of the header has a wrong length',
    );
  }
  const root = await suite.hash(joinBytes(transactions.map(({ tx }) => tx.hash)));
  if (!equalBytes(root, header.transactionsRoot)) {
    const text = `transactions_root is ${toHex(header.transactionsRoot)}, the body has ${toHex(root)}`;
    throw new StatusError(Code.ProposalCheckError, text);
  }
  if (header.timestamp > BigInt(now()) + MAX_AHEAD_MS) {
    throw new StatusError(
      Code.ProposalCheckError,
      `the block's time ${header.timestamp} is far in the future`,
    );
  }
}

/**
 * The bytes must be what anybody would rebuild from the stored block: otherwise it could never be synced
 * (docs/protocol/wire.md 17.1). That includes block version 0 and empty proof, state root and pre_proof.
 */
function checkCanonical(data: Uint8Array, preStateRoot: Uint8Array, block: BlockContent): void {
  if (Buffer.compare(proposalBytes(preStateRoot, block), data) === 0) return;
  throw new StatusError(Code.ProposalCheckError, 'the proposal is not what its block is encoded as');
}

function checkTransactions(transactions: readonly ReadTransaction[], modules: ProposalCheckModules): void {
  const seen = new Set<string>();
  for (const read of transactions) {
    const { tx } = read;
    const code = seen.has(tx.key) ? Code.DupTransaction : checkRead(read, modules.chain, modules.suite.form);
    if (code !== Code.Success) {
      throw new StatusError(code, `transaction ${toHex(tx.hash)} of the proposal: ${codeName(code)}`);
    }
    if (tx.kind === 'utxo' && isFatalToOriginals(tx.lockId, tx.output)) {
      const text = `utxo ${toHex(tx.hash)}: ${tx.output.length} bytes are too short for lock id ${tx.lockId}`;
      throw new StatusError(Code.UpdateSystemConfigError, text);
    }
    seen.add(tx.key);
  }
}
