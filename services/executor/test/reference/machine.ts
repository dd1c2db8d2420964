/**
 * Frames from first to last: the order of checks before each opcode (docs/protocol/executor.md 5.1), and what is kept
 * and undone when a frame ends (4.4, 5.6). A frame is a generator that yields the call or creation it waits for, so
 * nesting is not bounded by the JavaScript stack.
 */
import { STARTING_OPCODES } from './calls.ts';
import { Failure, type FailureName, Frame, type FrameSpec, TooMuchWork } from './frame.ts';
import { OPCODES } from './opcodes.ts';
import { OPERATIONS } from './operations.ts';
import { precompileAt } from './precompiles.ts';
import type { State } from './state.ts';

export interface Log {
  readonly address: bigint;
  readonly topics: readonly bigint[];
  readonly data: Uint8Array;
}

/** 3.3. */
export interface BlockEnvironment {
  readonly number: bigint;
  readonly timestamp: bigint;
  readonly coinbase: bigint;
  blockHash(number: bigint): bigint;
}

export interface CallRequest {
  readonly kind: 'call';
  readonly codeAddress: bigint;
  readonly self: bigint;
  readonly caller: bigint;
  readonly value: bigint;
  readonly input: Uint8Array;
  readonly isStatic: boolean;
  readonly depth: number;
  readonly gas: bigint;
}

export interface CreateRequest {
  readonly kind: 'create';
  readonly address: bigint;
  readonly creator: bigint;
  readonly value: bigint;
  readonly initCode: Uint8Array;
  readonly depth: number;
  readonly gas: bigint;
}

export type Request = CallRequest | CreateRequest;

/** How a call or creation ended. */
export interface End {
  readonly status: 'stopped' | 'reverted' | FailureName;
  /** Empty after a failure. */
  readonly output: Uint8Array;
  /** 0 after a failure. */
  readonly gasLeft: bigint;
}

export interface ExecutionOptions {
  readonly state: State;
  readonly block: BlockEnvironment;
  readonly transaction: { readonly origin: bigint; readonly gasPrice: bigint };
  /** Opcodes after which TooMuchWork is thrown. */
  readonly mostSteps: number;
}

type Running = Generator<Request, End, End>;

const NOTHING = new Uint8Array(0);
const STACK_LIMIT = 1024;
const FORBIDDEN_IN_STATIC_FRAMES = new Set(['SSTORE', 'LOG', 'CREATE', 'CREATE2', 'SELFDESTRUCT']);

function failed(status: FailureName): End {
  return { status, output: NOTHING, gasLeft: 0n };
}

/** One transaction's execution. */
export class Execution {
  readonly state: State;
  readonly block: BlockEnvironment;
  readonly transaction: ExecutionOptions['transaction'];
  logs: Log[] = [];
  refund = 0n;
  destroyed = new Set<bigint>();
  #stepsLeft: number;

  constructor({ state, block, transaction, mostSteps }: ExecutionOptions) {
    this.state = state;
    this.block = block;
    this.transaction = transaction;
    this.#stepsLeft = mostSteps;
  }

  /** The outermost call or creation, and everything that it starts. */
  run(request: Request): End {
    const waiting: Running[] = [];
    let running = this.#perform(request);
    let step = running.next();
    for (;;) {
      if (step.done !== true) {
        waiting.push(running);
        running = this.#perform(step.value);
        step = running.next();
        continue;
      }
      const parent = waiting.pop();
      if (parent === undefined) return step.value;
      running = parent;
      step = running.next(step.value);
    }
  }

  *#perform(request: Request): Running {
    if (request.kind === 'call') {
      const precompiled = runPrecompile(request);
      if (precompiled !== undefined) return precompiled;
    } else if (this.#isTaken(request.address)) {
      return failed('ContractAlreadyExist');
    }
    // 5.6: a checkpoint of state, refund counter and self-destruct marks; logs vanish with a failed frame.
    const before = {
      accounts: this.state.snapshot(),
      logs: [...this.logs],
      refund: this.refund,
      destroyed: new Set(this.destroyed),
    };
    if (request.kind === 'create') this.state.startAnew(request.address);
    const end = yield* this.#runFrame(this.#specOf(request));
    if (end.status === 'stopped') {
      if (request.kind === 'call') return end;
      // 4.4: the deposit.
      const deposit = 200n * BigInt(end.output.length);
      if (deposit <= end.gasLeft) {
        this.state.setCode(request.address, end.output);
        return { ...end, gasLeft: end.gasLeft - deposit };
      }
      // Refund counter and marks of the frame survive here.
      this.state.restore(before.accounts);
      this.logs = before.logs;
      return failed('OutOfGas');
    }
    this.state.restore(before.accounts);
    this.logs = before.logs;
    this.refund = before.refund;
    this.destroyed = before.destroyed;
    return end;
  }

  /** 4.4: nonce or code are in the way of a creation, storage is not. */
  #isTaken(address: bigint): boolean {
    return this.state.nonce(address) !== 0n || this.state.code(address).length > 0;
  }

  #specOf(request: Request): FrameSpec {
    if (request.kind === 'call') return { ...request, code: this.state.code(request.codeAddress) };
    const { address, creator, initCode, value, depth, gas } = request;
    return {
      code: initCode,
      input: NOTHING,
      self: address,
      caller: creator,
      value,
      isStatic: false,
      depth,
      gas,
    };
  }

  *#runFrame(spec: FrameSpec): Running {
    const frame = new Frame(spec);
    try {
      return yield* this.#runCode(frame);
    } catch (error) {
      if (error instanceof Failure) return failed(error.failure);
      throw error;
    }
  }

  /** 5.1. */
  *#runCode(frame: Frame): Running {
    const { code, isStatic } = frame.spec;
    for (;;) {
      if (this.#stepsLeft-- <= 0) throw new TooMuchWork();
      const byte = code[frame.pc];
      if (byte === undefined) return { status: 'stopped', output: NOTHING, gasLeft: frame.gas };
      const opcode = OPCODES[byte];
      if (opcode === undefined) throw new Failure('InvalidOpcode');
      const { name, inputs, outputs, tierGas, n } = opcode;
      if (frame.stack.length < inputs) throw new Failure('StackUnderflow');
      if (frame.stack.length - inputs + outputs > STACK_LIMIT) throw new Failure('OutOfStack');
      if (isStatic && FORBIDDEN_IN_STATIC_FRAMES.has(name)) throw new Failure('MutableCallInStaticContext');
      frame.charge(tierGas);
      frame.pc++;

      const starting = STARTING_OPCODES.get(name);
      if (starting !== undefined) {
        const start = starting(frame, this);
        if (start !== undefined) start.resume(yield start.request);
        continue;
      }
      const operation = OPERATIONS.get(name);
      if (operation === undefined) throw new Error(`opcode ${name} has no operation`);
      const halt = operation(frame, this, n);
      if (halt !== undefined) return { ...halt, gasLeft: frame.gas };
    }
  }
}

/** 6; undefined: an ordinary address. */
function runPrecompile({ codeAddress, input, gas }: CallRequest): End | undefined {
  const precompile = precompileAt(codeAddress);
  if (precompile === undefined) return undefined;
  const cost = precompile.gas(BigInt(input.length));
  if (gas < cost) return failed('OutOfGas');
  if (precompile.run === undefined) return failed('Internal');
  return { status: 'stopped', output: precompile.run(input), gasLeft: gas - cost };
}
