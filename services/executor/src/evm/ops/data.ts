/** Memory, call data, code and return data; SHA3. */
import { Failure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { GAS, words } from '../gas.ts';
import { toAddress, toNumber, type Word, wordAt, wordFromBytes } from '../word.ts';

/** The *COPY opcodes: length 0 touches nothing, whatever the offsets (docs/protocol/executor.md 5.5). */
export function copy(
  frame: Frame,
  source: Uint8Array,
  offset: Word,
  sourceOffset: Word,
  length: Word,
): boolean {
  if (length === 0) return true;
  if (!frame.expand(offset, length)) return false;
  if (!frame.charge(GAS.copyWord * words(Number(length)))) return false;
  frame.memory.copyPadded(Number(offset), source, sourceOffset, Number(length));
  return true;
}

function copyFrom(frame: Frame, source: Uint8Array): void {
  const { stack } = frame;
  copy(frame, source, stack.pop(), stack.pop(), stack.pop());
}

/** undefined: the frame has failed. */
export function sha3(frame: Frame, offset: Word, length: Word): Word | undefined {
  if (!frame.expand(offset, length)) return undefined;
  if (!frame.charge(GAS.sha3 + GAS.sha3Word * words(Number(length)))) return undefined;
  // The offset means nothing for length 0 and may be any word.
  const data = frame.memory.view(length === 0 ? 0 : Number(offset), Number(length));
  return wordFromBytes(frame.machine.modules.keccak(data));
}

/** A word of the call data; what lies beyond its end reads as zeros. */
export function loadInput({ spec: { input } }: Frame, offset: Word): Word {
  return typeof offset === 'number' ? wordAt(input, offset) : 0;
}

export function storeByte({ memory }: Frame, offset: Word, word: Word): void {
  const value = typeof word === 'number' ? word % 256 : Number(BigInt.asUintN(8, word));
  memory.writeByte(Number(offset), value);
}

export const DATA = {
  MLOAD(frame: Frame) {
    const offset = frame.stack.peek(0);
    if (frame.expand(offset, 32)) frame.stack.replaceTop(frame.memory.readWord(Number(offset)));
  },
  MSTORE(frame: Frame) {
    const offset = frame.stack.pop();
    const word = frame.stack.pop();
    if (frame.expand(offset, 32)) frame.memory.writeWord(Number(offset), word);
  },
  MSTORE8(frame: Frame) {
    const offset = frame.stack.pop();
    const word = frame.stack.pop();
    if (frame.expand(offset, 1)) storeByte(frame, offset, word);
  },
  MSIZE(frame: Frame) {
    frame.stack.push(frame.memory.size);
  },
  SHA3(frame: Frame) {
    const hash = sha3(frame, frame.stack.pop(), frame.stack.peek(0));
    if (hash !== undefined) frame.stack.replaceTop(hash);
  },
  CALLDATALOAD(frame: Frame) {
    frame.stack.replaceTop(loadInput(frame, frame.stack.peek(0)));
  },
  CALLDATASIZE(frame: Frame) {
    frame.stack.push(frame.spec.input.length);
  },
  CALLDATACOPY(frame: Frame) {
    copyFrom(frame, frame.spec.input);
  },
  CODESIZE(frame: Frame) {
    frame.stack.push(frame.code.length);
  },
  CODECOPY(frame: Frame) {
    copyFrom(frame, frame.code.bytes);
  },
  EXTCODESIZE(frame: Frame) {
    if (!frame.charge(GAS.extCode)) return;
    frame.stack.replaceTop(frame.machine.world.code(toAddress(frame.stack.peek(0))).length);
  },
  EXTCODECOPY(frame: Frame) {
    if (!frame.charge(GAS.extCode)) return;
    copyFrom(frame, frame.machine.world.code(toAddress(frame.stack.pop())).bytes);
  },
  EXTCODEHASH(frame: Frame) {
    if (!frame.charge(GAS.extCodeHash)) return;
    frame.stack.replaceTop(frame.machine.world.codeHash(toAddress(frame.stack.peek(0))));
  },
  RETURNDATASIZE(frame: Frame) {
    frame.stack.push(frame.returnData.length);
  },
  RETURNDATACOPY(frame: Frame) {
    const { stack, memory, returnData } = frame;
    const offset = stack.pop();
    const sourceOffset = stack.pop();
    const length = stack.pop();
    if (!frame.expand(offset, length)) return;
    if (!frame.charge(GAS.copyWord * words(Math.min(returnData.length, toNumber(length))))) return;
    if (toNumber(sourceOffset) + toNumber(length) > returnData.length) return frame.fail(Failure.OutOfBounds);
    if (length !== 0) memory.copyPadded(Number(offset), returnData, sourceOffset, Number(length));
  },
};
