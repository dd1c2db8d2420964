/**
 * A validator that lies: it runs the correct core and tampers with what it says. It signs what it likes, with its own
 * key only. Twins lie without this file: they are two correct nodes with one key (arXiv:2004.10617).
 */
import { keepBlock } from '../src/core/proposal-keeper.ts';
import type { Certificate, Destination, Hash, Message, Proposal, SignedVote } from '../src/core/types.ts';
import { NIL } from '../src/core/types.ts';
import type { SimNode } from './node.ts';
import type { World } from './world.ts';

const EVERYBODY = { kind: 'all' } as const;
const NO_BYTES = new Uint8Array(0);

/** Sends the message, or part of it, or something else, or nothing. */
export function lie(world: World, from: SimNode, to: Destination, message: Message): void {
  if (world.weather.liars === 'silent') return;
  const { random } = world;
  const some = new Set(world.nodes.filter(() => random.chance(0.5)));
  const [partly, tampered, extra] = [random.chance(0.3), random.chance(0.4), random.chance(0.2)];
  if (!random.chance(0.15)) world.deliver(from, to, message, (node) => !partly || some.has(node));
  if (tampered) {
    const other = tamper(world, from, message);
    if (other?.kind === 'proposal' && random.chance(0.7)) means(world, from, other.proposal);
    // Votes go to whoever may collect them, not only where they belong.
    if (other !== null)
      world.deliver(from, random.chance(0.5) ? to : EVERYBODY, other, (node) => !some.has(node));
  }
  if (extra) world.deliver(from, EVERYBODY, unasked(world, from), (node) => some.has(node));
}

/** The liar votes for its second proposal, so that it can make something of the votes of others for it. */
function means(world: World, from: SimNode, { height, round, hash, raw }: Proposal) {
  const { state, address } = from;
  if (height !== state.height || round !== state.round) return;
  const vote: SignedVote = { height, round, step: 'prevote', hash, signer: address, signature: NO_BYTES };
  world.ledger.signed(address, vote);
  state.votes.ballots.prevote.set(address, vote);
  keepBlock(state.proposals, hash, raw, 'valid');
}

function tamper(world: World, from: SimNode, message: Message): Message | null {
  if (message.kind === 'vote') return { kind: 'vote', vote: otherVote(world, message.vote) };
  if (message.kind === 'proposal')
    return { kind: 'proposal', proposal: otherProposal(world, from, message.proposal) };
  if (message.kind !== 'certificate') return null;
  return { kind: 'certificate', certificate: otherCertificate(world, message.certificate) };
}

function otherVote(world: World, vote: SignedVote): SignedVote {
  const { random } = world;
  if (vote.step === 'newview' || vote.step === 'newviewres')
    return { ...vote, round: vote.round + random.below(5) };
  return { ...vote, hash: someHash(world), step: random.chance(0.3) ? 'precommit' : vote.step };
}

function otherProposal(world: World, from: SimNode, proposal: Proposal): Proposal {
  const { random, ledger } = world;
  const lock = somePolka(world, proposal.height);
  // An old lock with the value that belongs to it: sound in itself, and no reason for anybody who is locked later.
  const locked = lock === null ? undefined : ledger.valueOf(lock.hash);
  if (locked !== undefined && random.chance(0.5))
    return { ...proposal, hash: locked.hash, raw: locked.raw, lock };
  if (random.chance(0.3)) return { ...proposal, lock };
  const known = ledger.valueOf(someHash(world));
  const value =
    known !== undefined && random.chance(0.5)
      ? known
      : ledger.build(proposal.height, from.controller.head, from.address, random.chance(0.3));
  return { ...proposal, hash: value.hash, raw: value.raw, lock };
}

/** Too few votes, or one of them several times, or a forgery that no check of signatures lets pass. */
function otherCertificate(world: World, certificate: Certificate): Certificate {
  const { random } = world;
  const { votes } = certificate;
  const [first] = votes;
  if (first === undefined || random.chance(0.2)) return { ...certificate, hash: someHash(world) };
  const few = votes.slice(0, 1 + random.below(votes.length));
  const again = random.chance(0.5) ? Array.from({ length: votes.length - few.length }, () => first) : [];
  return { ...certificate, votes: [...few, ...again] };
}

/** A value that somebody is working on, or nothing. */
function someHash(world: World): Hash {
  const { state } = world.random.pick(world.nodes);
  const hashes = [...state.proposals.blocks.keys()];
  return hashes.length === 0 ? NIL : world.random.pick([...hashes, NIL]);
}

/** A real polka of the height, old or new, for whatever value. */
function somePolka(world: World, height: number): Certificate | null {
  const fitting = world.polkas.filter((polka) => polka.height === height);
  return fitting.length === 0 ? null : world.random.pick(fitting);
}

/** A newview for a round far away, a proposal out of turn, or a certificate of what ballots it has. */
function unasked(world: World, from: SimNode): Message {
  const { random } = world;
  const { height, round, votes } = from.state;
  const at = { height: height + random.below(2), round: round + random.below(3) };
  const ballots = [...votes.ballots[random.pick(['prevote', 'precommit'] as const)].values()];
  const [ballot] = ballots;
  if (
    ballot !== undefined &&
    ballot.step !== 'newview' &&
    ballot.step !== 'newviewres' &&
    random.chance(0.4)
  ) {
    const { step, hash } = ballot;
    const alike = ballots.filter((vote) => vote.hash === hash);
    return { kind: 'certificate', certificate: { height, round: ballot.round, step, hash, votes: alike } };
  }
  if (random.chance(0.5)) {
    const { hash, raw } = world.ledger.build(
      at.height,
      from.controller.head,
      from.address,
      random.chance(0.3),
    );
    const lock = somePolka(world, at.height);
    return {
      kind: 'proposal',
      proposal: { ...at, hash, raw, lock, signer: from.address, signature: NO_BYTES },
    };
  }
  const far = at.round + random.below(1000);
  const vote: SignedVote = {
    ...at,
    round: far,
    step: 'newview',
    hash: NIL,
    signer: from.address,
    signature: NO_BYTES,
  };
  return { kind: 'vote', vote };
}
