/**
 * What each opcode charges beyond its tier, in the order of docs/protocol/executor.md 5.3, and what it does (5.5).
 * Stack depth, static frames and tier gas are dealt with before (machine.ts); calls and creations are in calls.ts.
 */
import { Failure, type Frame } from './frame.ts';
import { keccak } from './hashing.ts';
import type { Execution } from './machine.ts';
import { slicePadded, TWO_256, toInteger, words } from './numbers.ts';

/** The frame ends here. */
export interface Halt {
  readonly status: 'stopped' | 'reverted';
  readonly output: Uint8Array;
}

/** `n` is that of PUSHn, DUPn, SWAPn, LOGn. */
type Operation = (frame: Frame, execution: Execution, n: number) => Halt | undefined;

const NOTHING = new Uint8Array(0);
const MAX_U64 = (1n << 64n) - 1n;

/** The low 160 bits: what an opcode takes as an address. */
export function toAddress(word: bigint): bigint {
  return BigInt.asUintN(160, word);
}

function signed(word: bigint): bigint {
  return BigInt.asIntN(256, word);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % TWO_256;
    if (bit === '1') result = (result * base) % TWO_256;
  }
  return result;
}

/** Pops as many words as the function takes, the top first, and pushes what it answers. */
function pure(compute: (...words: bigint[]) => bigint | boolean): Operation {
  return (frame) => {
    const operands = Array.from({ length: compute.length }, () => frame.pop());
    frame.push(BigInt(compute(...operands)));
    return undefined;
  };
}

function pushing(read: (frame: Frame, execution: Execution) => bigint | number): Operation {
  return (frame, execution) => {
    frame.push(BigInt(read(frame, execution)));
    return undefined;
  };
}

function halting(status: Halt['status']): Operation {
  return (frame) => {
    const [offset, length] = [frame.pop(), frame.pop()];
    frame.expand(offset, length);
    return { status, output: frame.read(offset, length) };
  };
}

/** CALLDATACOPY, CODECOPY and, after its own charge, EXTCODECOPY: mem; 3 w(l). */
function copy(frame: Frame, source: Uint8Array): undefined {
  const [offset, sourceOffset, length] = [frame.pop(), frame.pop(), frame.pop()];
  frame.expand(offset, length);
  frame.charge(3n * words(length));
  frame.write(offset, slicePadded(source, sourceOffset, length));
}

function jump(frame: Frame, target: bigint): undefined {
  // 5.5: whether the target lies inside PUSH data is not examined.
  if (target >= frame.spec.code.length || frame.spec.code[Number(target)] !== 0x5b) {
    throw new Failure('InvalidJumpDestination');
  }
  frame.pc = Number(target);
}

const ARITHMETIC: Record<string, Operation> = {
  ADD: pure((a, b) => a + b),
  MUL: pure((a, b) => a * b),
  SUB: pure((a, b) => a - b),
  DIV: pure((a, b) => (b === 0n ? 0n : a / b)),
  SDIV: pure((a, b) => (b === 0n ? 0n : signed(a) / signed(b))),
  MOD: pure((a, b) => (b === 0n ? 0n : a % b)),
  SMOD: pure((a, b) => (b === 0n ? 0n : signed(a) % signed(b))),
  ADDMOD: pure((a, b, modulus) => (modulus === 0n ? 0n : (a + b) % modulus)),
  MULMOD: pure((a, b, modulus) => (modulus === 0n ? 0n : (a * b) % modulus)),
  EXP(frame) {
    const [base, exponent] = [frame.pop(), frame.pop()];
    const exponentBytes = exponent === 0n ? 0 : Math.ceil(exponent.toString(16).length / 2);
    frame.charge(10n + 10n * BigInt(exponentBytes));
    frame.push(power(base, exponent));
    return undefined;
  },
  SIGNEXTEND: pure((index, word) => (index > 30n ? word : BigInt.asIntN(8 * Number(index) + 8, word))),
  LT: pure((a, b) => a < b),
  GT: pure((a, b) => a > b),
  SLT: pure((a, b) => signed(a) < signed(b)),
  SGT: pure((a, b) => signed(a) > signed(b)),
  EQ: pure((a, b) => a === b),
  ISZERO: pure((a) => a === 0n),
  AND: pure((a, b) => a & b),
  OR: pure((a, b) => a | b),
  XOR: pure((a, b) => a ^ b),
  NOT: pure((a) => ~a),
  BYTE: pure((index, word) => (index > 31n ? 0n : (word >> (8n * (31n - index))) & 0xffn)),
  SHL: pure((shift, word) => (shift > 255n ? 0n : word << shift)),
  SHR: pure((shift, word) => (shift > 255n ? 0n : word >> shift)),
  SAR: pure((shift, word) => signed(word) >> (shift > 255n ? 255n : shift)),
};

const ENVIRONMENT: Record<string, Operation> = {
  ADDRESS: pushing((frame) => frame.spec.self),
  /** 4.3: nobody has a balance. */
  BALANCE(frame) {
    frame.charge(20n);
    frame.pop();
    frame.push(0n);
    return undefined;
  },
  SELFBALANCE(frame) {
    frame.charge(5n);
    frame.push(0n);
    return undefined;
  },
  ORIGIN: pushing((_frame, { transaction }) => transaction.origin),
  CALLER: pushing((frame) => frame.spec.caller),
  CALLVALUE: pushing((frame) => frame.spec.value),
  GASPRICE: pushing((_frame, { transaction }) => transaction.gasPrice),
  BLOCKHASH(frame, { block }) {
    frame.push(block.blockHash(frame.pop()));
    return undefined;
  },
  // 3.3.
  COINBASE: pushing((_frame, { block }) => block.coinbase),
  TIMESTAMP: pushing((_frame, { block }) => block.timestamp),
  NUMBER: pushing((_frame, { block }) => block.number),
  DIFFICULTY: pushing(() => 0n),
  GASLIMIT: pushing(() => MAX_U64),
  CHAINID(frame) {
    frame.charge(2n);
    frame.push(1n);
    return undefined;
  },
  BASEFEE: pushing(() => 0n),
};

const DATA: Record<string, Operation> = {
  SHA3(frame) {
    const [offset, length] = [frame.pop(), frame.pop()];
    frame.expand(offset, length);
    frame.charge(30n);
    frame.charge(6n * words(length));
    frame.push(toInteger(keccak(frame.read(offset, length))));
    return undefined;
  },
  CALLDATALOAD(frame) {
    frame.push(toInteger(slicePadded(frame.spec.input, frame.pop(), 32n)));
    return undefined;
  },
  CALLDATASIZE: pushing((frame) => frame.spec.input.length),
  CALLDATACOPY: (frame) => copy(frame, frame.spec.input),
  CODESIZE: pushing((frame) => frame.spec.code.length),
  CODECOPY: (frame) => copy(frame, frame.spec.code),
  EXTCODESIZE(frame, { state }) {
    frame.charge(20n);
    frame.push(BigInt(state.code(toAddress(frame.pop())).length));
    return undefined;
  },
  EXTCODECOPY(frame, { state }) {
    frame.charge(20n);
    return copy(frame, state.code(toAddress(frame.pop())));
  },
  EXTCODEHASH(frame, { state }) {
    frame.charge(400n);
    frame.push(toInteger(state.codeHash(toAddress(frame.pop()))));
    return undefined;
  },
  RETURNDATASIZE: pushing((frame) => frame.returnData.length),
  RETURNDATACOPY(frame) {
    const [offset, sourceOffset, length] = [frame.pop(), frame.pop(), frame.pop()];
    const available = BigInt(frame.returnData.length);
    frame.expand(offset, length);
    frame.charge(3n * words(length < available ? length : available));
    if (sourceOffset + length > available) throw new Failure('OutOfBounds');
    frame.write(offset, slicePadded(frame.returnData, sourceOffset, length));
    return undefined;
  },
  MLOAD(frame) {
    const offset = frame.pop();
    frame.expand(offset, 32n);
    frame.push(frame.readWord(offset));
    return undefined;
  },
  MSTORE(frame) {
    const [offset, word] = [frame.pop(), frame.pop()];
    frame.expand(offset, 32n);
    frame.writeWord(offset, word);
    return undefined;
  },
  MSTORE8(frame) {
    const [offset, word] = [frame.pop(), frame.pop()];
    frame.expand(offset, 1n);
    frame.write(offset, Uint8Array.of(Number(word & 0xffn)));
    return undefined;
  },
  MSIZE: pushing((frame) => frame.memory.length),
};

const STORAGE: Record<string, Operation> = {
  SLOAD(frame, { state }) {
    frame.charge(50n);
    frame.push(state.load(frame.spec.self, frame.pop()));
    return undefined;
  },
  /** Prices look at the present value, not at that of the transaction's start. */
  SSTORE(frame, execution) {
    const { state } = execution;
    const { self } = frame.spec;
    const [slot, value] = [frame.pop(), frame.pop()];
    const current = state.load(self, slot);
    frame.charge(current === 0n && value !== 0n ? 20_000n : 5000n);
    if (current !== 0n && value === 0n) execution.refund += 15_000n;
    state.store(self, slot, value);
    return undefined;
  },
};

const CONTROL: Record<string, Operation> = {
  STOP: () => ({ status: 'stopped', output: NOTHING }),
  JUMP: (frame) => jump(frame, frame.pop()),
  JUMPI(frame) {
    const [target, condition] = [frame.pop(), frame.pop()];
    return condition === 0n ? undefined : jump(frame, target);
  },
  PC: pushing((frame) => frame.pc - 1),
  GAS: pushing((frame) => frame.gas),
  JUMPDEST(frame) {
    frame.charge(1n);
    return undefined;
  },
  POP(frame) {
    frame.pop();
    return undefined;
  },
  PUSH(frame, _execution, n) {
    frame.push(toInteger(slicePadded(frame.spec.code, BigInt(frame.pc), BigInt(n))));
    frame.pc += n;
    return undefined;
  },
  DUP(frame, _execution, n) {
    const word = frame.stack.at(-n);
    if (word === undefined) throw new Failure('StackUnderflow');
    frame.push(word);
    return undefined;
  },
  SWAP(frame, _execution, n) {
    const top = frame.pop();
    const [word] = frame.stack.splice(-n, 1, top);
    if (word === undefined) throw new Failure('StackUnderflow');
    frame.push(word);
    return undefined;
  },
  LOG(frame, { logs }, n) {
    const [offset, length] = [frame.pop(), frame.pop()];
    const topics = Array.from({ length: n }, () => frame.pop());
    frame.expand(offset, length);
    frame.charge(375n + 375n * BigInt(n) + 8n * length);
    logs.push({ address: frame.spec.self, topics, data: frame.read(offset, length) });
    return undefined;
  },
  RETURN: halting('stopped'),
  REVERT: halting('reverted'),
  /** 5.5: the beneficiary is not created; the account works on until the transaction ends. */
  SELFDESTRUCT(frame, execution) {
    frame.pop();
    if (!execution.destroyed.has(frame.spec.self)) execution.refund += 24_000n;
    execution.destroyed.add(frame.spec.self);
    return { status: 'stopped', output: NOTHING };
  },
};

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({ ...ARITHMETIC, ...ENVIRONMENT, ...DATA, ...STORAGE, ...CONTROL }),
);
