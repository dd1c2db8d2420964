/** Flow, and the ends of a frame. */
import { Failure } from '../failure.ts';
import { type Frame, Status } from '../frame.ts';
import { GAS } from '../gas.ts';
import type { Word } from '../word.ts';

function jump(frame: Frame, target: Word): void {
  // Push data is not looked at: any 0x5b is a target (docs/protocol/executor.md 5.5).
  if (!frame.code.isJumpTarget(target)) {
    frame.fail(Failure.InvalidJumpDestination);
    return;
  }
  frame.pc = target;
  if (frame.profile?.arrive(target) === true) frame.status = Status.hot;
}

/** RETURN and REVERT. */
export function end(frame: Frame, offset: Word, length: Word, status: Status): void {
  if (!frame.expand(offset, length)) return;
  if (length !== 0) frame.output = frame.memory.slice(Number(offset), Number(length));
  frame.status = status;
}

export const CONTROL = {
  STOP(frame: Frame) {
    frame.status = Status.stopped;
  },
  JUMP(frame: Frame) {
    jump(frame, frame.stack.pop());
  },
  JUMPI(frame: Frame) {
    const target = frame.stack.pop();
    if (frame.stack.pop() !== 0) jump(frame, target);
  },
  PC(frame: Frame) {
    frame.stack.push(frame.pc - 1);
  },
  GAS(frame: Frame) {
    frame.stack.push(frame.gasLeft);
  },
  JUMPDEST(frame: Frame) {
    frame.charge(GAS.jumpDest);
  },
  POP(frame: Frame) {
    frame.stack.pop();
  },
  RETURN(frame: Frame) {
    end(frame, frame.stack.pop(), frame.stack.pop(), Status.stopped);
  },
  REVERT(frame: Frame) {
    end(frame, frame.stack.pop(), frame.stack.pop(), Status.reverted);
  },
  SELFDESTRUCT(frame: Frame) {
    if (frame.spec.isStatic) return frame.fail(Failure.MutableCallInStaticContext);
    // The beneficiary gets nothing (there are no balances) and is not even created.
    frame.stack.pop();
    if (frame.machine.destroyed.mark(frame.self)) frame.machine.refund += GAS.selfDestructRefund;
    frame.status = Status.stopped;
  },
};
