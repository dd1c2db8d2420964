// Every call that an original controller got from consensus, network and users, in order, through our edge: our answers
// against its answers. What differs, and why, is listed here in full.

import { BlockHeader } from '@hexapod/protocol/blockchain';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { NodeStatus, ProposalEnum, ProposalResponse } from '@hexapod/protocol/common';
import { SyncBlockRequest } from '@hexapod/protocol/controller-messages';
import { originOf } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { expect, it } from 'vitest';
import { syncAnswer } from '../src/sync-answer.ts';
import { settle, within } from './support/chain.ts';
import { edgeOf, outcomeOf } from './support/edge.ts';
import type { Hub } from './support/hub.ts';
import {
  RECORDED,
  type RecordedBlock,
  type RecordedCall,
  recordedCalls,
  recordedChain,
  recordedNode,
} from './support/recordings.ts';

/**
 * Calls that raced with block sync on the recorded node: there a peer's blocks took their time, here they come at once. One
 * of the two sides was a block ahead, and said ProposalTooLow, ProposalTooHigh or NodeInSyncMode where the other had an
 * answer.
 */
const RACES = [269, 2415, 2532, 3582, 5125, 5292, 6102, 6165, 6228, 6289, 6404, 6464, 7621, 7685];

/** The other nodes have all blocks, and answer to sync requests at once. */
function answerSync(hub: Hub, chain: readonly RecordedBlock[]): void {
  for (const address of RECORDED.validators.slice(1).map(fromHex)) {
    const origin = originOf(address);
    hub.impersonate(origin, ({ type, payload, from }) => {
      if (type !== 'sync_block') return;
      const { startHeight, endHeight } = SyncBlockRequest.decode(payload);
      const blocks = chain.slice(Number(startHeight), Number(endHeight) + 1).map(({ block }) => block);
      hub.deliver({
        from: origin,
        to: from,
        type: 'sync_block_respond',
        payload: syncAnswer(address, blocks),
      });
    });
  }
}

/** A proposal but for its time: each call makes a new one. */
function proposalOf(answer: Uint8Array): string {
  const { status, proposal } = ProposalResponse.decode(answer);
  const { proposal: one } = ProposalEnum.decode(proposal?.data ?? new Uint8Array(0));
  const header = one?.value.proposal?.header;
  const body = one?.value.proposal?.body?.body.map(({ tx }) =>
    toHex(tx?.value.transactionHash ?? new Uint8Array(0)),
  );
  const timeless = header && toHex(BlockHeader.encode({ ...header, timestamp: 0n }));
  return JSON.stringify([status?.code, timeless, body, toHex(one?.value.preStateRoot ?? new Uint8Array(0))]);
}

/** The peers in a node status come in no particular order, and the network in these tests is not the recorded one. */
function nodeStatusOf(answer: Uint8Array): string {
  const { isSync, peerStatus, selfStatus, version } = NodeStatus.decode(answer);
  const plain = (status: typeof selfStatus) =>
    `${status?.height} ${toHex(status?.address ?? new Uint8Array(0))}`;
  return JSON.stringify([isSync, version, plain(selfStatus), peerStatus.map(plain).sort()]);
}

function isSame(call: RecordedCall, got: string): boolean {
  if (call.res === undefined) return got === `${call.err?.code} ${call.err?.details}`;
  if (got === toHex(call.res)) return true;
  if (/^\d+ /.test(got)) return false;
  if (call.path.endsWith('/GetProposal')) return proposalOf(call.res) === proposalOf(fromHex(got));
  return call.path.endsWith('/GetNodeStatus') && nodeStatusOf(call.res) === nodeStatusOf(fromHex(got));
}

it('answers as the original did', async () => {
  const chain = recordedChain();
  const { clock, hub, node } = await recordedNode(chain);
  answerSync(hub, chain);
  node.faults.checkBlock = () => Code.Success;
  hub.onAddNode = ({ multiAddress }) =>
    multiAddress.includes('gold-1') ? Code.AddExistedPeer : Code.Success;
  await within({ clock }, node.start());

  const different: number[] = [];
  let same = 0;
  let lastMs = 0;
  for (const call of recordedCalls()) {
    if (call.t - lastMs > 10_000) {
      // Here the recorded node was stopped and started again.
      node.kill();
      await within({ clock }, node.start());
    }
    await clock.advanceAsync(call.t - lastMs);
    lastMs = call.t;
    const answer = edgeOf(node.controller).get(call.path);
    if (answer === undefined) throw new Error(`${call.path} is not served`);
    const got = await outcomeOf(within({ clock }, answer(call.req)));
    await settle(5);
    if (isSame(call, got)) same += 1;
    else different.push(call.n);
  }
  expect(different).toEqual(RACES);
  expect(same).toBeGreaterThan(1000);
});
