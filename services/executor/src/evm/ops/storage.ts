/** SLOAD, SSTORE. */
import { Failure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { GAS } from '../gas.ts';

export const STORAGE = {
  SLOAD(frame: Frame) {
    if (!frame.charge(GAS.sload)) return;
    frame.stack.replaceTop(frame.machine.world.load(frame.self, frame.stack.peek(0)));
  },
  /** Prices look at the present value, not at that of the transaction's start (docs/protocol/executor.md 5.3). */
  SSTORE(frame: Frame) {
    if (frame.spec.isStatic) return frame.fail(Failure.MutableCallInStaticContext);
    const { machine, stack, self } = frame;
    const slot = stack.pop();
    const value = stack.pop();
    const current = machine.world.load(self, slot);
    if (!frame.charge(current === 0 && value !== 0 ? GAS.sstoreSet : GAS.sstoreReset)) return;
    if (current !== 0 && value === 0) machine.refund += GAS.sstoreClearRefund;
    if (current !== value) machine.world.store(self, slot, value);
  },
};
