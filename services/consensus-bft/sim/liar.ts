/**
 * A validator that lies: it runs the correct core and tampers with what it says. It signs what it likes, with its own
 * key only. Twins lie without this file: they are two correct nodes with one key (arXiv:2004.10617).
 */
import { keepBlock } from '../src/core/proposal-keeper.ts';
import type {
  Address,
  Certificate,
  Destination,
  Hash,
  Message,
  Proposal,
  SignedVote,
} from '../src/core/types.ts';
import { NIL } from '../src/core/types.ts';
import { Fault } from './dice.ts';
import type { SimNode } from './node.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const EVERYBODY = { kind: 'all' } as const;
const NO_BYTES = new Uint8Array(0);

/** Sends the message, or part of it, or something else, or nothing. */
export function lie(world: World, from: SimNode, to: Destination, message: Message): void {
  if (world.weather.liars === 'silent') return;
  const { dice } = world;
  const partly = dice.strike(Fault.partialBroadcast, 0.3, from.index);
  const tampered = dice.strike(Fault.tampering, 0.4, from.index);
  const invented = dice.strike(Fault.invention, 0.2, from.index);
  const random = tampered === null ? null : dice.consequences(tampered);
  // A second proposal is of use only where the first one is not known.
  const isInstead = message.kind === 'proposal' && (random?.chance(0.5) ?? false);
  if (!dice.strikes(Fault.unsaid, 0.15, from.index) && !isInstead)
    world.deliver(from, to, message, partly === null ? null : some(world, dice.consequences(partly)));
  if (random !== null) sayOtherwise(world, from, to, message, isInstead, random);
  if (invented === null) return;
  const whim = dice.consequences(invented);
  world.deliver(from, EVERYBODY, unasked(world, from, whim), some(world, whim));
}

/** About half of the nodes. */
function some(world: World, random: Random): (node: SimNode) => boolean {
  const chosen = new Set(world.nodes.filter(() => random.chance(0.5)));
  return (node) => chosen.has(node);
}

function sayOtherwise(
  world: World,
  from: SimNode,
  to: Destination,
  message: Message,
  isInstead: boolean,
  random: Random,
): void {
  const other = tamper(world, from, message, random);
  if (other === null) return;
  if (other.kind === 'proposal' && random.chance(0.7)) means(world, from, other.proposal);
  // Votes go to whoever may collect them, not only where they belong.
  const chosen = isInstead && random.chance(0.5) ? null : some(world, random);
  world.deliver(from, random.chance(0.5) ? to : EVERYBODY, other, chosen);
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

function tamper(world: World, from: SimNode, message: Message, random: Random): Message | null {
  if (message.kind === 'vote') return { kind: 'vote', vote: otherVote(world, message.vote, random) };
  if (message.kind === 'proposal')
    return { kind: 'proposal', proposal: otherProposal(world, from, message.proposal, random) };
  if (message.kind !== 'certificate') return null;
  return { kind: 'certificate', certificate: otherCertificate(world, message.certificate, random) };
}

function otherVote(world: World, vote: SignedVote, random: Random): SignedVote {
  if (vote.step === 'newview' || vote.step === 'newviewres')
    return { ...vote, round: vote.round + random.below(5) };
  const step = random.chance(0.3) ? 'precommit' : vote.step;
  return { ...vote, hash: someHash(world, random), step };
}

function otherProposal(world: World, from: SimNode, proposal: Proposal, random: Random): Proposal {
  const { ledger } = world;
  const lock = somePolka(world, proposal.height, random);
  // An old lock with the value that belongs to it: sound in itself, and no reason for anybody who is locked later.
  const locked = lock === null ? undefined : ledger.valueOf(lock.hash);
  if (locked !== undefined && random.chance(0.5))
    return { ...proposal, hash: locked.hash, raw: locked.raw, lock };
  if (random.chance(0.3)) return { ...proposal, lock };
  const known = ledger.valueOf(someHash(world, random));
  const value =
    known !== undefined && random.chance(0.5)
      ? known
      : ledger.build(proposal.height, from.controller.head, from.address, random.chance(0.3));
  return { ...proposal, hash: value.hash, raw: value.raw, lock };
}

/**
 * Too few votes, or one of them several times, or votes of keys that are no validator's, or a forgery that no check of
 * signatures lets pass.
 */
function otherCertificate(world: World, certificate: Certificate, random: Random): Certificate {
  const { votes } = certificate;
  const [first] = votes;
  if (first === undefined || random.chance(0.2)) return { ...certificate, hash: someHash(world, random) };
  const few = votes.slice(0, 1 + random.below(votes.length));
  const missing = votes.length - few.length;
  const more = random.pick(['nothing', 'again', 'strangers'] as const);
  if (more === 'again') few.push(...Array.from({ length: missing }, () => first));
  if (more === 'strangers') return ofStrangers(world, { ...certificate, hash: someHash(world, random) });
  return { ...certificate, votes: few };
}

/** A certificate for any value, by keys the liars have made for themselves. */
function ofStrangers(world: World, certificate: Certificate): Certificate {
  const votes = STRANGERS.map((signer) => ({ signer, signature: NO_BYTES }));
  for (const { signer } of votes) world.ledger.signed(signer, certificate);
  return { ...certificate, votes };
}

const STRANGERS = ['S', 'T', 'U', 'V', 'W'] as unknown as readonly Address[];

/** A value that somebody is working on, or nothing. */
function someHash(world: World, random: Random): Hash {
  const { state } = random.pick(world.nodes);
  const hashes = [...state.proposals.blocks.keys()];
  return hashes.length === 0 ? NIL : random.pick([...hashes, NIL]);
}

/** A real polka of the height, old or new, for whatever value. */
function somePolka(world: World, height: number, random: Random): Certificate | null {
  const fitting = world.nemesis.polkas.filter((polka) => polka.height === height);
  return fitting.length === 0 ? null : random.pick(fitting);
}

/** A newview for a round far away, a proposal out of turn, or a certificate of what ballots it has. */
function unasked(world: World, from: SimNode, random: Random): Message {
  const { height, round, votes } = from.state;
  const at = { height: height + random.below(2), round: round + random.below(3) };
  const step = random.pick(['prevote', 'precommit'] as const);
  const ballots = [...votes.ballots[step].values()];
  const [ballot] = ballots;
  if (ballot !== undefined && random.chance(0.4)) {
    const alike = ballots.filter((vote) => vote.hash === ballot.hash);
    return {
      kind: 'certificate',
      certificate: { height, round: ballot.round, step, hash: ballot.hash, votes: alike },
    };
  }
  const [signer, signature] = [from.address, NO_BYTES];
  if (random.chance(0.5)) {
    const { hash, raw } = world.ledger.build(at.height, from.controller.head, signer, random.chance(0.3));
    const lock = somePolka(world, at.height, random);
    return { kind: 'proposal', proposal: { ...at, hash, raw, lock, signer, signature } };
  }
  const far = at.round + random.below(1000);
  const who = random.chance(0.5) ? random.pick(STRANGERS) : signer;
  return { kind: 'vote', vote: { ...at, round: far, step: 'newview', hash: NIL, signer: who, signature } };
}
