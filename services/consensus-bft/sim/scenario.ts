/**
 * Scenarios in text form, after the interaction tests of etcd's raft: commands, and below each what the nodes did. A
 * scenario that says something else than before is a change of the protocol, to be read and understood.
 *
 *     # What it shows.
 *     validators 1: A B C D        who decides heights from 1 on; the first line says who exists
 *     run 3100                     ms of virtual time
 *     ----
 *         0.000 A  starts
 *
 * Other commands: `crash X`, `start X`, `lose KIND [from X] [to Y], …` (KIND as in the trace: proposal, prevote, prevotes,
 * precommit, precommits, newview, all), `lose nothing`, `sync X from Y`.
 */
import * as core from '../src/core/core.ts';
import type { Address, Message } from '../src/core/types.ts';
import type { SimNode } from './node.ts';
import { CALM } from './weather.ts';
import { World } from './world.ts';

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
  for (const line of blocks.flatMap(({ head }) => head)) {
    const [, from, names] = /^validators (\d+): (.+)$/.exec(line) ?? [];
    if (from !== undefined && names !== undefined) sets.set(Number(from), names.split(' ') as Address[]);
  }
  const scenario = new Scenario(sets);
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

class Scenario {
  readonly #world: World;
  readonly #lines: string[] = [];

  constructor(sets: ReadonlyMap<number, readonly Address[]>) {
    const everybody = new Set([...sets.values()].flat());
    const validatorsAt = (height: number): readonly Address[] => {
      const from = Math.max(...[...sets.keys()].filter((first) => first <= height));
      return sets.get(from) ?? [];
    };
    this.#world = new World({
      seed: 1,
      weather: { ...CALM, validators: everybody.size },
      core,
      trace: (line) => this.#lines.push(line),
      validatorsAt,
    });
    for (const node of this.#world.nodes) node.start();
  }

  run(head: readonly string[]): string[] {
    for (const line of head)
      if (line !== '' && !line.startsWith('#') && !line.startsWith('validators ')) this.#do(line);
    return this.#lines.splice(0).filter(isTold);
  }

  #do(command: string): void {
    const [verb, ...words] = command.split(' ');
    const { schedule } = this.#world;
    switch (verb) {
      case 'run': {
        const until = schedule.now + Number(words[0]);
        while (schedule.step(until));
        return;
      }
      case 'crash':
        this.#node(words[0]).crash();
        return;
      case 'start':
        this.#node(words[0]).start();
        return;
      case 'sync':
        this.#node(words[0]).syncFrom(this.#node(words[2]));
        return;
      case 'lose':
        this.#lose(command);
        return;
      default:
        throw new Error(`scenario: "${command}" is no command`);
    }
  }

  #lose(command: string): void {
    const lost = command.slice('lose '.length).split(', ').map(parseLoss);
    this.#world.swallows = (from, to, message) =>
      lost.some(
        (loss) =>
          (loss.kind === 'all' || loss.kind === kindOf(message)) &&
          (loss.from === undefined || loss.from === from.name) &&
          (loss.to === undefined || loss.to === to.name),
      );
  }

  #node(name: string | undefined): SimNode {
    const node = this.#world.nodes.find((one) => one.name === name);
    if (node === undefined) throw new Error(`scenario: there is no node ${name}`);
    return node;
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
