/** What generated code calls, by the names it uses. Most of it is what the interpreter's opcodes are made of. */
import * as words from '../arithmetic.ts';
import { Failure } from '../failure.ts';
import { type Frame, Status } from '../frame.ts';
import { end } from '../ops/control.ts';
import { copy, loadInput, sha3, storeByte } from '../ops/data.ts';
import { emitLog } from '../ops/families.ts';
import { HANDLERS, type Handler } from '../ops/handlers.ts';
import { store } from '../ops/storage.ts';
import { byteLength, normalize, type Word } from '../word.ts';

/** Puts into the frame where the unit has come to. */
function park(frame: Frame, pc: number, size: number, gas: number): void {
  frame.pc = pc;
  frame.stack.size = size;
  frame.gas = gas;
}

function leave(frame: Frame, pc: number, size: number, gas: number): boolean {
  park(frame, pc, size, gas);
  return false;
}

/** At a segment that cannot be paid as a whole: true if it never can. */
function lack(frame: Frame, pc: number, size: number, gas: number, cost: number): boolean {
  park(frame, pc, size, gas);
  return gas < cost && !frame.topUp(cost);
}

function jump(frame: Frame, target: Word, size: number, gas: number): boolean {
  park(frame, 0, size, gas);
  if (frame.code.isJumpTarget(target)) frame.pc = target;
  else frame.fail(Failure.InvalidJumpDestination);
  return false;
}

/** Runs an opcode whose tier is paid already; false if the frame does not go on at once. */
function interpreted(frame: Frame, opcode: number, next: number, size: number, gas: number): boolean {
  park(frame, next, size, gas);
  (HANDLERS[opcode] as Handler)(frame);
  return frame.status === Status.running;
}

export const RUNTIME = {
  ...words,
  ALL_ONES: (1n << 256n) - 1n,
  normalize,
  byteLength,
  toBig: (word: Word): bigint => (typeof word === 'bigint' ? word : BigInt(word)),
  low32: (word: Word): number => (typeof word === 'number' ? word : Number(BigInt.asUintN(32, word))),
  leave,
  lack,
  jump,
  interpreted,
  copy,
  loadInput,
  sha3,
  storeByte,
  store,
  emitLog,
  stop(frame: Frame): void {
    frame.status = Status.stopped;
  },
  ret: (frame: Frame, offset: Word, length: Word): void => end(frame, offset, length, Status.stopped),
  revert: (frame: Frame, offset: Word, length: Word): void => end(frame, offset, length, Status.reverted),
};
