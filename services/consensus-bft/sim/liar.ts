/**
 * A validator that lies: it runs the correct core and tampers with what it says. It signs what it likes, with its own
 * key only. Twins lie without this file: they are two correct nodes with one key (arXiv:2004.10617).
 */
import type { Destination, Hash, Message, Proposal, SignedVote } from '../src/core/types.ts';
import { NIL } from '../src/core/types.ts';
import type { SimNode } from './node.ts';
import type { World } from './world.ts';

const EVERYBODY = { kind: 'all' } as const;

/** Sends the message, or part of it, or something else, or nothing. */
export function lie(world: World, from: SimNode, to: Destination, message: Message): void {
  if (world.weather.liars === 'silent') return;
  const { random } = world;
  const some = new Set(world.nodes.filter(() => random.chance(0.5)));
  const [partly, tampered, extra] = [random.chance(0.3), random.chance(0.3), random.chance(0.1)];
  if (!random.chance(0.15)) world.deliver(from, to, message, (node) => !partly || some.has(node));
  if (tampered) {
    const other = tamper(world, from, message);
    // Votes go to whoever may collect them, not only where they belong.
    if (other !== null)
      world.deliver(from, random.chance(0.5) ? to : EVERYBODY, other, (node) => !some.has(node));
  }
  if (extra) world.deliver(from, EVERYBODY, farNewview(world, from), (node) => some.has(node));
}

function tamper(world: World, from: SimNode, message: Message): Message | null {
  if (message.kind === 'vote') return { kind: 'vote', vote: otherVote(world, message.vote) };
  if (message.kind === 'proposal')
    return { kind: 'proposal', proposal: otherProposal(world, from, message.proposal) };
  if (message.kind !== 'certificate') return null;
  // A forgery: the signatures are not over this hash, so nobody who checks them will take it.
  return { kind: 'certificate', certificate: { ...message.certificate, hash: someHash(world) } };
}

function otherVote(world: World, vote: SignedVote): SignedVote {
  const { random } = world;
  if (vote.step === 'newview' || vote.step === 'newviewres')
    return { ...vote, round: vote.round + random.below(5) };
  return { ...vote, hash: someHash(world), step: random.chance(0.3) ? 'precommit' : vote.step };
}

function otherProposal(world: World, from: SimNode, proposal: Proposal): Proposal {
  const { random, ledger } = world;
  if (random.chance(0.3)) return { ...proposal, lock: null };
  const { hash, raw } = ledger.build(proposal.height, from.controller.head, from.address, random.chance(0.3));
  return { ...proposal, hash, raw, lock: random.chance(0.5) ? proposal.lock : null };
}

/** A value that somebody is working on, or nothing. */
function someHash(world: World): Hash {
  const { state } = world.random.pick(world.nodes);
  const hashes = [...state.proposals.blocks.keys()];
  return hashes.length === 0 ? NIL : world.random.pick([...hashes, NIL]);
}

function farNewview(world: World, from: SimNode): Message {
  const { height, round } = from.state;
  const at = { height: height + world.random.below(2), round: round + world.random.below(1000) };
  const vote: SignedVote = {
    ...at,
    step: 'newview',
    hash: NIL,
    signer: from.address,
    signature: new Uint8Array(0),
  };
  return { kind: 'vote', vote };
}
