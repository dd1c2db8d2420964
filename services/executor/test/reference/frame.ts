/** One call or creation in progress: its gas (docs/protocol/executor.md 5.3) and memory (5.4). */
import { toBytes, toInteger, words } from './numbers.ts';

export type FailureName =
  | 'OutOfGas'
  | 'InvalidOpcode'
  | 'StackUnderflow'
  | 'OutOfStack'
  | 'InvalidJumpDestination'
  | 'MutableCallInStaticContext'
  | 'OutOfBounds'
  | 'ContractAlreadyExist'
  | 'Internal';

/** Ends a frame other than by success or revert: all its gas is lost (5.5). */
export class Failure extends Error {
  readonly failure: FailureName;

  constructor(failure: FailureName) {
    super(failure);
    this.failure = failure;
  }
}

/** The reference was asked for more steps or memory than a test has time for. No outcome: the whole run is given up. */
export class TooMuchWork extends Error {}

/** What distinguishes a frame from others when it starts. */
export interface FrameSpec {
  readonly code: Uint8Array;
  readonly input: Uint8Array;
  /** Whose storage it works on. */
  readonly self: bigint;
  readonly caller: bigint;
  readonly value: bigint;
  readonly isStatic: boolean;
  readonly depth: number;
  readonly gas: bigint;
}

const MEMORY_CEILING = 1n << 30n;
/** Of one frame, in a test. It takes 8 × 10^9 gas. */
const MOST_MEMORY = 1n << 26n;

export class Frame {
  readonly spec: FrameSpec;
  readonly stack: bigint[] = [];
  pc = 0;
  gas: bigint;
  returnData = new Uint8Array(0);
  /** Length a multiple of 32. */
  memory = new Uint8Array(0);

  constructor(spec: FrameSpec) {
    this.spec = spec;
    this.gas = spec.gas;
  }

  pop(): bigint {
    const word = this.stack.pop();
    if (word === undefined) throw new Failure('StackUnderflow');
    return word;
  }

  push(word: bigint): void {
    this.stack.push(BigInt.asUintN(256, word));
  }

  charge(gas: bigint): void {
    if (gas > this.gas) throw new Failure('OutOfGas');
    this.gas -= gas;
  }

  /** mem(o, l) of 5.3: pays for the range and makes it usable. */
  expand(offset: bigint, length: bigint): void {
    if (length === 0n) return;
    const end = offset + length;
    if (end > MEMORY_CEILING) throw new Failure('OutOfGas');
    const before = BigInt(this.memory.length);
    if (end <= before) return;
    this.charge(memoryGas(words(end)) - memoryGas(words(before)));
    if (end > MOST_MEMORY) throw new TooMuchWork();
    const larger = new Uint8Array(Number(words(end)) * 32);
    larger.set(this.memory);
    this.memory = larger;
  }

  /** A copy of a range that was paid for. */
  read(offset: bigint, length: bigint): Uint8Array<ArrayBuffer> {
    if (length === 0n) return new Uint8Array(0);
    return this.memory.slice(Number(offset), Number(offset + length));
  }

  /** To a range that was paid for. */
  write(offset: bigint, bytes: Uint8Array): void {
    if (bytes.length > 0) this.memory.set(bytes, Number(offset));
  }

  readWord(offset: bigint): bigint {
    return toInteger(this.read(offset, 32n));
  }

  writeWord(offset: bigint, word: bigint): void {
    this.write(offset, toBytes(word, 32));
  }
}

/** Cost of that many words. */
function memoryGas(count: bigint): bigint {
  return 3n * count + (count * count) / 512n;
}
