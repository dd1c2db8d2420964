/**
 * One call or creation in progress: code, stack, memory, gas. Frames live in the machine's own list, not on the
 * JavaScript stack, so nesting to depth 1024 costs memory and nothing else.
 */
import { add, sub } from './arithmetic.ts';
import type { Code } from './code.ts';
import type { Profile } from './compiler/profile.ts';
import { Failure } from './failure.ts';
import type { FrameParts } from './frame-pool.ts';
import type { Machine } from './machine.ts';
import type { Memory } from './memory.ts';
import type { Stack } from './stack.ts';
import { normalize, type Word } from './word.ts';

/** waiting: for a call it made. hot: the interpreter has arrived where compiled code can go on. */
export const Status = { running: 0, waiting: 1, stopped: 2, reverted: 3, failed: 4, hot: 5 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/** What distinguishes one frame from another when it starts. */
export interface FrameSpec {
  readonly kind: 'call' | 'create';
  readonly code: Code;
  readonly input: Uint8Array;
  /** Whose storage it works on. */
  readonly self: Word;
  readonly caller: Word;
  readonly value: Word;
  readonly isStatic: boolean;
  readonly depth: number;
  readonly gas: Word;
}

export const NO_BYTES = new Uint8Array(0);

export class Frame {
  readonly machine: Machine;
  readonly spec: FrameSpec;
  readonly code: Code;
  readonly stack: Stack;
  readonly memory: Memory;
  readonly self: Word;
  /** Where the code is hot; undefined if nothing is compiled. */
  readonly profile: Profile | undefined;

  pc = 0;
  status: Status = Status.running;
  /** What the frame returned or reverted with. */
  output: Uint8Array = NO_BYTES;
  failure: Failure | undefined;
  /** What the last call of this frame returned. */
  returnData: Uint8Array = NO_BYTES;

  /** Where the parent wants the output of this frame. */
  outputOffset = 0;
  outputLength = 0;

  /** Marks to return to if the frame fails. */
  readonly checkpoint: number;
  readonly logsBefore: number;
  readonly refundBefore: number;
  readonly destroyedBefore: number;

  gas = 0;
  #reserve = 0n;
  #stretchStart = 0;

  constructor(machine: Machine, spec: FrameSpec, { stack, memory }: FrameParts) {
    this.machine = machine;
    this.spec = spec;
    this.code = spec.code;
    this.self = spec.self;
    this.stack = stack;
    this.memory = memory;
    this.checkpoint = machine.world.checkpoint();
    this.logsBefore = machine.logs.length;
    this.refundBefore = machine.refund;
    this.destroyedBefore = machine.destroyed.count;
    this.profile = machine.modules.compiler?.profileOf(spec.code);
    this.setGas(spec.gas);
  }

  /** All gas left, exactly. */
  get gasLeft(): Word {
    return this.#reserve === 0n ? this.gas : normalize(BigInt(this.gas) + this.#reserve);
  }

  setGas(total: Word): void {
    const slice = this.machine.meter.slice;
    if (typeof total === 'number' && total <= slice) {
      this.gas = total;
      this.#reserve = 0n;
    } else {
      this.gas = slice;
      this.#reserve = BigInt(total) - BigInt(slice);
    }
    this.#stretchStart = this.gas;
  }

  /** Takes gas; false (and the frame has failed) if there is not enough. */
  charge(cost: number): boolean {
    const left = this.gas - cost;
    if (left >= 0) {
      this.gas = left;
      return true;
    }
    return this.#chargeReserve(cost);
  }

  /** Sees to it that `cost` can be taken from `gas`; false, and nothing has changed, if there is not enough. */
  topUp(cost: number): boolean {
    if (this.#reserve === 0n) return false;
    this.endStretch();
    this.machine.meter.checkTime();
    this.setGas(this.gasLeft);
    return this.gas >= cost;
  }

  /** Hands gas to a call or creation; not more than is left. */
  withdraw(gas: Word): void {
    this.endStretch();
    this.setGas(sub(this.gasLeft, gas));
  }

  /** Takes back what a call or creation did not use. */
  giveBack(gas: Word): void {
    if (gas === 0) return;
    this.endStretch();
    this.setGas(add(this.gasLeft, gas));
  }

  /** Charges for making a range of memory usable and does so. */
  expand(offset: Word, length: Word): boolean {
    const cost = this.memory.expansionCost(offset, length);
    if (cost === 0) return true;
    if (!this.charge(cost)) return false;
    this.memory.grow(Number(offset), Number(length));
    return true;
  }

  /** Reports the gas spent since the frame last started or resumed; called when it stops to run. */
  endStretch(): void {
    const spent = this.#stretchStart - this.gas;
    this.machine.meter.spend(spent);
    this.machine.modules.compiler?.earn(spent);
    this.#stretchStart = this.gas;
  }

  fail(failure: Failure): void {
    this.failure = failure;
    this.status = Status.failed;
  }

  #chargeReserve(cost: number): boolean {
    this.endStretch();
    this.machine.meter.checkTime();
    if (Number.isFinite(cost) && this.#reserve > 0n) {
      const left = BigInt(this.gas) + this.#reserve - BigInt(cost);
      if (left >= 0n) {
        this.machine.meter.spend(cost);
        this.setGas(normalize(left));
        return true;
      }
    }
    this.fail(Failure.OutOfGas);
    return false;
  }
}
