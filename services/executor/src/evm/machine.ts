/**
 * The machine: runs one transaction's outermost call or creation with everything nested in it, on a world that can be
 * undone. Rules: docs/protocol/executor.md 4.4, 5.5, 5.6.
 */
import { sub } from './arithmetic.ts';
import type { Compiler } from './compiler/compiler.ts';
import { DestroyedSet } from './destroyed-set.ts';
import { Failure } from './failure.ts';
import { Frame, type FrameSpec, NO_BYTES, Status } from './frame.ts';
import type { FramePool } from './frame-pool.ts';
import { GAS } from './gas.ts';
import type { GasMeter } from './gas-meter.ts';
import { interpret } from './interpreter.ts';
import { type Precompile, precompileAt, type RecoverSigner } from './precompiles.ts';
import type { Word } from './word.ts';
import type { BlockEnvironment, Log, World } from './world.ts';

export interface MachineModules {
  readonly keccak: (data: Uint8Array) => Uint8Array;
  readonly recover: RecoverSigner;
  readonly pool: FramePool;
  /** Secret seed of the hash tables that contracts fill. */
  readonly seed: number;
  /** Absent: everything is interpreted. */
  readonly compiler?: Compiler;
}

export interface TransactionContext {
  readonly origin: Word;
  readonly gasPrice: Word;
}

export interface MachineOptions {
  readonly world: World;
  readonly block: BlockEnvironment;
  readonly transaction: TransactionContext;
  readonly meter: GasMeter;
}

/** A call by transaction or opcode; the code comes from `codeAddress`, the storage is that of `self`. */
export interface CallSpec {
  readonly codeAddress: Word;
  readonly self: Word;
  readonly caller: Word;
  readonly value: Word;
  readonly input: Uint8Array;
  readonly isStatic: boolean;
  readonly depth: number;
  readonly gas: Word;
}

export interface CreateSpec {
  readonly address: Word;
  readonly creator: Word;
  readonly value: Word;
  readonly initCode: FrameSpec['code'];
  readonly depth: number;
  readonly gas: Word;
}

/** How the outermost frame ended. */
export interface Outcome {
  readonly status: 'stopped' | 'reverted' | Failure;
  /** Returned or reverted data; empty after a failure. */
  readonly output: Uint8Array;
  /** 0 after a failure. */
  readonly gasLeft: Word;
}

export class Machine {
  readonly world: World;
  readonly block: BlockEnvironment;
  readonly transaction: TransactionContext;
  readonly meter: GasMeter;
  readonly modules: MachineModules;

  readonly logs: Log[] = [];
  readonly destroyed: DestroyedSet;
  refund = 0;

  readonly #frames: Frame[] = [];

  constructor(options: MachineOptions, modules: MachineModules) {
    this.world = options.world;
    this.block = options.block;
    this.transaction = options.transaction;
    this.meter = options.meter;
    this.modules = modules;
    this.destroyed = new DestroyedSet(modules.seed);
  }

  /** The outermost call of a transaction. */
  call(spec: CallSpec): Outcome {
    const precompile = precompileAt(spec.codeAddress);
    if (precompile !== undefined) return this.#runPrecompile(precompile, spec);
    const frame = this.#pushCall(spec);
    this.#drive();
    return outcomeOf(frame);
  }

  /** The outermost creation of a transaction. */
  create(spec: CreateSpec): Outcome {
    if (this.#isTaken(spec.address)) return failed(Failure.ContractAlreadyExist);
    const frame = this.#pushCreate(spec);
    this.#drive();
    return outcomeOf(frame);
  }

  /** A call by opcode: the parent waits until it ends; a precompile ends at once. */
  callFrom(parent: Frame, spec: CallSpec, outputOffset: number, outputLength: number): void {
    const precompile = precompileAt(spec.codeAddress);
    if (precompile !== undefined) {
      this.#resumeAfterCall(parent, this.#runPrecompile(precompile, spec), outputOffset, outputLength);
      return;
    }
    const frame = this.#pushCall(spec);
    frame.outputOffset = outputOffset;
    frame.outputLength = outputLength;
    parent.status = Status.waiting;
  }

  createFrom(parent: Frame, spec: CreateSpec): void {
    if (this.#isTaken(spec.address)) {
      parent.stack.push(0);
      return;
    }
    this.#pushCreate(spec);
    parent.status = Status.waiting;
  }

  #isTaken(address: Word): boolean {
    return this.world.nonce(address) !== 0 || this.world.code(address).length > 0;
  }

  #pushCall(spec: CallSpec): Frame {
    // Written out: spreading an object costs more than all the rest of a call.
    return this.#push({
      kind: 'call',
      code: this.world.code(spec.codeAddress),
      input: spec.input,
      self: spec.self,
      caller: spec.caller,
      value: spec.value,
      isStatic: spec.isStatic,
      depth: spec.depth,
      gas: spec.gas,
    });
  }

  #pushCreate(spec: CreateSpec): Frame {
    const frame = this.#push({
      kind: 'create',
      code: spec.initCode,
      input: NO_BYTES,
      self: spec.address,
      caller: spec.creator,
      value: spec.value,
      isStatic: false,
      depth: spec.depth,
      gas: spec.gas,
    });
    // After the frame has taken its checkpoint: a failure brings back what was there.
    this.world.replaceAccount(spec.address);
    return frame;
  }

  #push(spec: FrameSpec): Frame {
    const frame = new Frame(this, spec, this.modules.pool.take());
    this.#frames.push(frame);
    return frame;
  }

  /** Runs frames until the outermost one has ended. */
  #drive(): void {
    for (;;) {
      const frame = this.#frames.at(-1);
      if (frame === undefined) return;
      this.modules.compiler === undefined ? interpret(frame) : this.modules.compiler.run(frame);
      frame.endStretch();
      if (frame.status === Status.waiting) continue;
      this.#settle(frame);
      this.#frames.pop();
      const parent = this.#frames.at(-1);
      if (parent !== undefined) this.#resume(parent, frame);
      this.modules.pool.give(frame);
    }
  }

  /** What the end of a frame does to the world, the logs and the counters. */
  #settle(frame: Frame): void {
    if (frame.status === Status.stopped) {
      if (frame.spec.kind === 'call' || this.#deposit(frame)) return;
      // The refund and the marks the init code earned survive a deposit it cannot pay (4.4).
      frame.fail(Failure.OutOfGas);
    } else {
      this.refund = frame.refundBefore;
      this.destroyed.undoTo(frame.destroyedBefore);
    }
    this.world.revertTo(frame.checkpoint);
    this.logs.length = frame.logsBefore;
    if (frame.status === Status.failed) frame.output = NO_BYTES;
  }

  #deposit(frame: Frame): boolean {
    if (!frame.charge(GAS.codeDepositByte * frame.output.length)) return false;
    this.world.setCode(frame.self, frame.output);
    return true;
  }

  #resume(parent: Frame, child: Frame): void {
    parent.status = Status.running;
    if (child.spec.kind === 'call') {
      this.#resumeAfterCall(parent, outcomeOf(child), child.outputOffset, child.outputLength);
      return;
    }
    const outcome = outcomeOf(child);
    parent.stack.push(outcome.status === 'stopped' ? child.self : 0);
    if (outcome.status === 'reverted') parent.returnData = outcome.output;
    parent.giveBack(outcome.gasLeft);
  }

  #resumeAfterCall(parent: Frame, outcome: Outcome, outputOffset: number, outputLength: number): void {
    parent.stack.push(outcome.status === 'stopped' ? 1 : 0);
    parent.returnData = outcome.output;
    const length = Math.min(outputLength, outcome.output.length);
    if (length > 0) parent.memory.write(outputOffset, outcome.output.subarray(0, length));
    parent.giveBack(outcome.gasLeft);
  }

  #runPrecompile(precompile: Precompile, spec: CallSpec): Outcome {
    const cost = precompile.gas(spec.input.length);
    if (spec.gas < cost) return failed(Failure.OutOfGas);
    this.meter.spend(cost);
    const output = precompile.run(spec.input, this.modules.recover);
    if (output === undefined) return failed(Failure.Internal);
    return { status: 'stopped', output, gasLeft: sub(spec.gas, cost) };
  }
}

function failed(failure: Failure): Outcome {
  return { status: failure, output: NO_BYTES, gasLeft: 0 };
}

function outcomeOf(frame: Frame): Outcome {
  if (frame.status === Status.failed) return failed(frame.failure ?? Failure.Internal);
  return {
    status: frame.status === Status.reverted ? 'reverted' : 'stopped',
    output: frame.output,
    gasLeft: frame.gasLeft,
  };
}
