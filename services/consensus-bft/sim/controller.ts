/**
 * A controller as consensus sees it (docs/protocol/consensus.md 1.2): a durable chain of blocks, and answers that come
 * late, fail, or are about a height consensus has not reached. Blocks missed are synced from other controllers.
 */
import type { CommitResult, Configuration, Hash, Verdict } from '../src/core/types.ts';
import type { ChainBlock, Ledger, Value } from './ledger.ts';
import { GENESIS } from './ledger.ts';

const TOO_HIGH = 128;
const CHECK_ERROR = 130;

export class Controller {
  readonly chain: ChainBlock[] = [];
  private readonly name: string;
  private readonly ledger: Ledger;
  private readonly interval: number;
  private readonly honest: boolean;

  constructor(name: string, ledger: Ledger, interval: number, honest: boolean) {
    this.name = name;
    this.ledger = ledger;
    this.interval = interval;
    this.honest = honest;
  }

  get height(): number {
    return this.chain.length;
  }

  get head(): Hash {
    return this.chain[this.chain.length - 1]?.hash ?? GENESIS;
  }

  /** What the chain says after block `height`: the newest one, or as a Reconfigure said it when that was the newest. */
  configuration(height = this.height): Configuration {
    return { height, interval: this.interval, validators: this.ledger.validatorsAt(height + 1) };
  }

  /** The height that was asked for, with the validators of another (1.2). */
  private echo(height: number): Configuration {
    return { ...this.configuration(), height };
  }

  check(height: number, hash: Hash): Verdict {
    if (height !== this.height + 1) return 'unknown';
    const value: Value | undefined = this.ledger.valueOf(hash);
    return value !== undefined && !value.bad && value.height === height && value.parent === this.head
      ? 'valid'
      : 'invalid';
  }

  commit(height: number, block: ChainBlock): CommitResult {
    if (height <= this.height) return { kind: 'done', configuration: this.echo(height) };
    if (height > this.height + 1) return { kind: 'refused', code: TOO_HIGH };
    if (this.ledger.valueOf(block.hash)?.parent !== this.head) return { kind: 'refused', code: CHECK_ERROR };
    this.append(block);
    return { kind: 'done', configuration: this.configuration() };
  }

  /** Takes the next block of another chain, if its proof holds. */
  sync(other: Controller): boolean {
    const block = other.chain[this.height];
    if (block === undefined || !this.ledger.proves(block.certificate, this.height + 1, block.hash))
      return false;
    this.append(block);
    return true;
  }

  private append(block: ChainBlock): void {
    if (this.honest) this.ledger.committed(this.name, this.height + 1, this.head, block);
    this.chain.push(block);
  }
}
