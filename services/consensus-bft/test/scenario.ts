/**
 * Scenarios in text form, after the interaction tests of etcd's raft: commands, and below each what the nodes did. A
 * scenario that says something else than before is a change of the protocol, to be read and understood.
 *
 *     # What it shows, in two lines.
 *     validators 1: A B C D        who decides heights from 1 on; all that are named anywhere exist
 *     run 3100                     ms of virtual time
 *     ----
 *         0.000 A  starts
 *
 * Commands, one a line (`COMMANDS` below): `twice` delivers every message two times. `crash X`, `start X`, `forget X` (its
 * log). `lose KIND [from X] [to Y], …` until the next `lose`, `lose nothing`; KIND as in the trace: proposal, prevote,
 * prevotes, precommit, precommits, newview, all. `sync X from Y`: X's controller takes Y's blocks. `forge X to Y Z: MESSAGE`
 * has X lie: `proposal 1/0`, `prevote 1/0 VALUE`, `newview 1/3`. `checks of X: valid|invalid|unknown|true` and
 * `commits of X: refused|failed|true` are what its controller answers.
 */

import type { SimNode } from '../sim/node.ts';
import { message as describe } from '../sim/trace.ts';
import { CALM } from '../sim/weather.ts';
import { World } from '../sim/world.ts';
import * as core from '../src/core/core.ts';
import type { Address, CommitResult, Hash, Message, Verdict, VoteStep } from '../src/core/types.ts';
import { NIL } from '../src/core/types.ts';

interface Block {
  /** Comments and commands, as they stand in the file. */
  readonly head: readonly string[];
  readonly expected: readonly string[];
}

const RULE = '----';

/** Runs a scenario; gives back the file as it should be: equal to the input if all is as before. */
export function replay(text: string): string {
  const blocks = parse(text);
  const sets = new Map<number, readonly Address[]>();
  const lines = blocks.flatMap(({ head }) => head);
  for (const line of lines) {
    const [, from, names] = /^validators (\d+): (.+)$/.exec(line) ?? [];
    if (from !== undefined && names !== undefined) sets.set(Number(from), names.split(' ') as Address[]);
  }
  const scenario = new Scenario(sets, lines.includes('twice'));
  return blocks.map(({ head }) => [...head, RULE, ...scenario.run(head), ''].join('\n')).join('\n');
}

/** A block is what stands up to an empty line after its rule. */
function parse(text: string): Block[] {
  const blocks: Block[] = [];
  let head: string[] = [];
  let expected: string[] | null = null;
  for (const line of text.split('\n')) {
    if (line === RULE) expected = [];
    else if (expected === null) head.push(line);
    else if (line !== '') expected.push(line);
    else {
      blocks.push({ head, expected });
      [head, expected] = [[], null];
    }
  }
  if (expected !== null) blocks.push({ head, expected });
  return blocks;
}

/** What a node does, without the messages it gets: those stand where they were sent. */
const isTold = (line: string): boolean => !/^ *[\d.]+ \S+ +(got|timer) /.test(line);
const isCommand = (line: string): boolean => line !== '' && !/^(#|validators |twice$)/.test(line);

/** The form of each command, and what it does with what its groups caught. */
const COMMANDS: readonly (readonly [RegExp, (scenario: Scenario, ...words: string[]) => void])[] = [
  [/^run (\d+)$/, (scenario, ms = '') => scenario.wait(Number(ms))],
  [/^crash (\w+)$/, (scenario, name = '') => scenario.node(name).crash()],
  [/^start (\w+)$/, (scenario, name = '') => scenario.node(name).start()],
  [/^forget (\w+)$/, (scenario, name = '') => scenario.node(name).forget()],
  [
    /^sync (\w+) from (\w+)$/,
    (scenario, name = '', other = '') => scenario.node(name).syncFrom(scenario.node(other)),
  ],
  [/^lose (.+)$/, (scenario, losses = '') => scenario.lose(losses.split(', ').map(parseLoss))],
  [
    /^forge (\w+) to ([\w ]+): (\w+) (\d+)\/(\d+)(?: (\S+))?$/,
    (scenario, liar = '', names = '', kind = '', height = '', round = '', value = '') =>
      scenario.forge(liar, names.split(' '), { kind, height: Number(height), round: Number(round), value }),
  ],
  [
    /^checks of (\w+): (valid|invalid|unknown|true)$/,
    (scenario, name = '', verdict = '') => scenario.setChecks(name, verdict as Verdict | 'true'),
  ],
  [
    /^commits of (\w+): (refused|failed|true)$/,
    (scenario, name = '', result = '') => scenario.setCommits(name, result),
  ],
];

interface Forgery {
  readonly kind: string;
  readonly height: number;
  readonly round: number;
  readonly value: string;
}

class Scenario {
  readonly #world: World;
  readonly #lines: string[] = [];

  constructor(sets: ReadonlyMap<number, readonly Address[]>, isTwice: boolean) {
    const everybody = new Set([...sets.values()].flat());
    const validatorsAt = (height: number): readonly Address[] => {
      const from = Math.max(...[...sets.keys()].filter((first) => first <= height));
      return sets.get(from) ?? [];
    };
    this.#world = new World({
      seed: 1,
      weather: { ...CALM, validators: everybody.size, duplication: isTwice ? 1 : 0 },
      core,
      trace: (line) => this.#lines.push(line),
      validatorsAt,
    });
    for (const node of this.#world.nodes) node.start();
  }

  /** Does what the head commands, and tells what came of it. */
  run(head: readonly string[]): string[] {
    for (const line of head.filter(isCommand)) {
      const [form, act] = COMMANDS.find(([pattern]) => pattern.test(line)) ?? [];
      if (form === undefined || act === undefined) throw new Error(`scenario: "${line}" is no command`);
      act(this, ...(form.exec(line) ?? []).slice(1).map((word = '') => word));
    }
    return this.#lines.splice(0).filter(isTold);
  }

  node(name: string): SimNode {
    const node = this.#world.nodes.find((one) => one.name === name);
    if (node === undefined) throw new Error(`scenario: there is no node ${name}`);
    return node;
  }

  wait(ms: number): void {
    const { schedule } = this.#world;
    const until = schedule.now + ms;
    while (schedule.step(until));
  }

  lose(losses: readonly Loss[]): void {
    this.#world.swallows = (from, to, message) =>
      losses.some(
        (loss) =>
          (loss.kind === 'all' || loss.kind === kindOf(message)) &&
          (loss.from === undefined || loss.from === from.name) &&
          (loss.to === undefined || loss.to === to.name),
      );
  }

  /** A message that the core of the liar would never send, truly signed by the liar. */
  forge(liar: string, names: readonly string[], { kind, height, round, value }: Forgery): void {
    const { ledger } = this.#world;
    const from = this.node(liar);
    (ledger.liars as Set<Address>).add(from.address);
    const by = { signer: from.address, signature: new Uint8Array(0) };
    let message: Message;
    if (kind === 'proposal') {
      const { hash, raw } = ledger.build(height, from.controller.head, from.address);
      message = { kind, proposal: { height, round, hash, raw, lock: null, ...by } };
    } else {
      const vote = { height, round, step: kind as VoteStep, hash: value === '' ? NIL : (value as Hash) };
      ledger.signed(from.address, vote);
      message = { kind: 'vote', vote: { ...vote, ...by } };
    }
    this.#world.say(from, () => `lies to ${names.join(' ')}: ${describe(message)}`);
    for (const name of names) this.node(name).receive(message, from);
  }

  setChecks(name: string, verdict: Verdict | 'true'): void {
    const { controller } = this.node(name);
    if (verdict === 'true') Reflect.deleteProperty(controller, 'check');
    else controller.check = () => verdict;
  }

  setCommits(name: string, result: string): void {
    const { controller } = this.node(name);
    const answer: CommitResult = result === 'refused' ? { kind: 'refused', code: 130 } : { kind: 'failed' };
    if (result === 'true') Reflect.deleteProperty(controller, 'commit');
    else controller.commit = () => answer;
  }
}

interface Loss {
  readonly kind: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

function parseLoss(text: string): Loss {
  const [, kind, , from, , to] = /^(\w+)( from (\w+))?( to (\w+))?$/.exec(text) ?? [];
  if (kind === undefined) throw new Error(`scenario: "${text}" does not say what to lose`);
  return { kind, from, to };
}

function kindOf(message: Message): string {
  if (message.kind === 'vote') return message.vote.step;
  return message.kind === 'certificate' ? `${message.certificate.step}s` : message.kind;
}
