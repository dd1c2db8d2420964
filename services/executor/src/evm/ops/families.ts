/** The numbered families: PUSH1–32, DUP1–16, SWAP1–16, LOG0–4. */
import { Failure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { GAS } from '../gas.ts';
import { FAMILIES } from '../opcodes.ts';
import type { Word } from '../word.ts';
import type { Handler } from './handlers.ts';

function push1(frame: Frame): void {
  frame.stack.push(frame.code.padded[frame.pc++] as number);
}

function push2(frame: Frame): void {
  const bytes = frame.code.padded;
  frame.stack.push((bytes[frame.pc] as number) * 256 + (bytes[frame.pc + 1] as number));
  frame.pc += 2;
}

function push(size: number): Handler {
  if (size === 1) return push1;
  if (size === 2) return push2;
  return (frame) => {
    frame.stack.push(frame.code.constant(frame.pc, size));
    frame.pc += size;
  };
}

function dup(position: number): Handler {
  return (frame) => frame.stack.dup(position);
}

function swap(position: number): Handler {
  return (frame) => frame.stack.swap(position);
}

/** Not for static frames. False: the frame has failed. */
export function emitLog(frame: Frame, offset: Word, length: Word, topics: readonly Word[]): boolean {
  if (!frame.expand(offset, length)) return false;
  if (!frame.charge(GAS.log + GAS.logTopic * topics.length + GAS.logByte * Number(length))) return false;
  const data = frame.memory.slice(length === 0 ? 0 : Number(offset), Number(length));
  frame.machine.logs.push({ address: frame.self, topics, data });
  return true;
}

function log(topicCount: number): Handler {
  return (frame) => {
    if (frame.spec.isStatic) return frame.fail(Failure.MutableCallInStaticContext);
    const { stack } = frame;
    const offset = stack.pop();
    const length = stack.pop();
    const topics: Word[] = [];
    for (let i = 0; i < topicCount; i++) topics.push(stack.pop());
    emitLog(frame, offset, length, topics);
  };
}

function* family(
  { first, count }: { first: number; count: number },
  smallest: number,
  make: (n: number) => Handler,
): Generator<[number, Handler]> {
  for (let n = 0; n < count; n++) yield [first + n, make(n + smallest)];
}

export const FAMILY_HANDLERS: readonly [byte: number, handler: Handler][] = [
  ...family(FAMILIES.PUSH, 1, push),
  ...family(FAMILIES.DUP, 1, dup),
  ...family(FAMILIES.SWAP, 1, swap),
  ...family(FAMILIES.LOG, 0, log),
];
