/** SLOAD, SSTORE. */
import { Failure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { GAS } from '../gas.ts';
import type { Word } from '../word.ts';

/**
 * Not for static frames. Prices look at the present value, not at that of the transaction's start
 * (docs/protocol/executor.md 5.3). False: the frame has failed.
 */
export function store(frame: Frame, slot: Word, value: Word): boolean {
  const { machine, self } = frame;
  const current = machine.world.load(self, slot);
  if (!frame.charge(current === 0 && value !== 0 ? GAS.sstoreSet : GAS.sstoreReset)) return false;
  if (current !== 0 && value === 0) machine.refund += GAS.sstoreClearRefund;
  if (current !== value) machine.world.store(self, slot, value);
  return true;
}

export const STORAGE = {
  SLOAD(frame: Frame) {
    if (!frame.charge(GAS.sload)) return;
    frame.stack.replaceTop(frame.machine.world.load(frame.self, frame.stack.peek(0)));
  },
  SSTORE(frame: Frame) {
    if (frame.spec.isStatic) return frame.fail(Failure.MutableCallInStaticContext);
    store(frame, frame.stack.pop(), frame.stack.pop());
  },
};
