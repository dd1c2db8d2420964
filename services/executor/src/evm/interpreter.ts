/** The loop: check, charge, run one opcode, until the frame waits for a call or ends (docs/protocol/executor.md 5.1). */
import { Failure } from './failure.ts';
import { type Frame, Status } from './frame.ts';
import { DEEPEST, INPUTS, TIER_GAS } from './opcodes.ts';
import { HANDLERS, type Handler } from './ops/handlers.ts';

export function run(frame: Frame): void {
  const bytes = frame.code.padded;
  const stack = frame.stack;
  do {
    const opcode = bytes[frame.pc] as number;
    const size = stack.size;
    if (size < (INPUTS[opcode] as number)) {
      frame.fail(Failure.StackUnderflow);
      return;
    }
    if (size > (DEEPEST[opcode] as number)) {
      frame.fail(Failure.OutOfStack);
      return;
    }
    if (!frame.charge(TIER_GAS[opcode] as number)) return;
    frame.pc++;
    (HANDLERS[opcode] as Handler)(frame);
  } while (frame.status === Status.running);
}
