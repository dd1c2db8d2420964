import { loadSuite } from '@hexapod/crypto/suite';
import type { Block, BlockHeader } from '@hexapod/protocol/blockchain';
import { joinBytes } from '@hexapod/protocol/bytes';
import type { BFTProposal } from '@hexapod/protocol/common';
import { ProposalEnum } from '@hexapod/protocol/common';
import { describe, expect, test } from 'vitest';
import { recordedProofs } from '../../test/recorded.ts';
import { blockHashOf, faultOf } from './proposal-guard.ts';

const suite = await loadSuite('sm');
const blocks = new Map(recordedProofs().map((block) => [Number(block.height), block.data]));
const parentOf = (data: Uint8Array): Uint8Array => header(data).prevhash;

function content(data: Uint8Array): BFTProposal {
  const value = ProposalEnum.decode(data).proposal?.value;
  if (value === undefined) throw new Error('no proposal');
  return value;
}

function header(data: Uint8Array): BlockHeader {
  const found = content(data).proposal?.header;
  if (found === undefined) throw new Error('no header');
  return found;
}

test('every block that originals decided is fit for its height, on top of the one before', async () => {
  for (const [height, data] of blocks) {
    const before = blocks.get(height - 1);
    const parent = before === undefined ? parentOf(data) : await blockHashOf(before, suite.hash);
    expect(
      await faultOf(data, height, parent ?? suite.hash(data), suite.hash),
      `height ${height}`,
    ).toBeNull();
  }
});

describe('what would stop a chain is refused before it is voted for', () => {
  const full = [...blocks].find(([, data]) => (content(data).proposal?.body?.body.length ?? 0) > 0);
  if (full === undefined) throw new Error('no block with transactions in the fixture');
  const [height, data] = full;
  const parent = parentOf(data);
  const proposal = content(data);
  const block = proposal.proposal as Block;
  const encode = (value: BFTProposal): Uint8Array =>
    ProposalEnum.encode({ proposal: { case: 'bftProposal', value } });
  const withBlock = (change: Partial<Block>): Uint8Array =>
    encode({ ...proposal, proposal: { ...block, ...change } });
  const withHeader = (change: Partial<BlockHeader>): Uint8Array =>
    withBlock({ header: { ...header(data), ...change } });
  const body = block.body?.body ?? [];

  test.each<[string, Uint8Array, string]>([
    ['bytes that are no proposal', new Uint8Array([1, 2, 3]), 'does not decode'],
    ['an unknown field', joinBytes([data, new Uint8Array([0x50, 1])]), 'not in canonical form'],
    ['no block', encode({ ...proposal, proposal: undefined }), 'holds no block'],
    ['nothing', new Uint8Array(0), 'holds no block'],
    [
      'a proof of the block before',
      encode({ ...proposal, preProof: new Uint8Array(1) }),
      'proof of the block before',
    ],
    ['no header', withBlock({ header: undefined }), 'no header'],
    ['another version', withBlock({ version: 1 }), 'version 1'],
    ['another height', withHeader({ height: BigInt(height) + 1n }), 'has height'],
    ['another parent', withHeader({ prevhash: suite.hash(data) }), 'has the parent'],
    ['a proposer of 21 bytes', withHeader({ proposer: new Uint8Array(21) }), 'proposer has 21 bytes'],
    ['another root', withHeader({ transactionsRoot: suite.hash(data) }), 'transactions root'],
    ['a short root', withHeader({ transactionsRoot: new Uint8Array(31) }), 'transactions root'],
    ['no body', withBlock({ body: undefined }), 'no body'],
    ['a state root', withBlock({ stateRoot: new Uint8Array(32) }), 'a proof or a state root'],
    ['a proof', withBlock({ proof: new Uint8Array(1) }), 'a proof or a state root'],
    ['a transaction twice', withBlock({ body: { body: [...body, ...body] } }), 'in it twice'],
    ['a transaction of neither kind', withBlock({ body: { body: [...body, {}] } }), 'of neither kind'],
    ['a transaction less', withBlock({ body: { body: body.slice(1) } }), 'transactions root'],
  ])('%s', async (_, bytes, fault) => {
    expect(await faultOf(bytes, height, parent, suite.hash)).toContain(fault);
  });
});
