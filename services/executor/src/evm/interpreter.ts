/**
 * The loop: check, charge, run one opcode (docs/protocol/executor.md 5.1), until the frame waits for a call, ends, or
 * arrives where compiled code can go on. It runs what is cold and what compiled code cannot finish, and is what compiled
 * code is compared with.
 */
import { Failure } from './failure.ts';
import { type Frame, Status } from './frame.ts';
import { DEEPEST, INPUTS, TIER_GAS } from './opcodes.ts';
import { HANDLERS, type Handler } from './ops/handlers.ts';

export function interpret(frame: Frame): void {
  const bytes = frame.code.padded;
  const stack = frame.stack;
  // In locals: the loop runs for every opcode of the chain.
  const [inputs, deepest, tierGas, handlers] = [INPUTS, DEEPEST, TIER_GAS, HANDLERS];
  const running = Status.running;
  do {
    const opcode = bytes[frame.pc] as number;
    const size = stack.size;
    if (size < (inputs[opcode] as number)) {
      frame.fail(Failure.StackUnderflow);
      return;
    }
    if (size > (deepest[opcode] as number)) {
      frame.fail(Failure.OutOfStack);
      return;
    }
    if (!frame.charge(tierGas[opcode] as number)) return;
    frame.pc++;
    (handlers[opcode] as Handler)(frame);
  } while (frame.status === running);
}
