/** 0x01 – 0x1d: arithmetic, comparison, bits. The functions on words are in ../arithmetic.ts. */
import {
  add,
  addmod,
  and,
  byte,
  div,
  eq,
  exp,
  gt,
  isZero,
  lt,
  mod,
  mul,
  mulmod,
  not,
  or,
  sar,
  sdiv,
  sgt,
  shl,
  shr,
  signextend,
  slt,
  smod,
  sub,
  xor,
} from '../arithmetic.ts';
import type { Frame } from '../frame.ts';
import { GAS } from '../gas.ts';
import { byteLength } from '../word.ts';

// Written out one by one: a handler made by a shared factory would call its function indirectly, which the optimiser
// cannot inline.
export const ARITHMETIC = {
  ADD({ stack }: Frame) {
    stack.replaceTop(add(stack.pop(), stack.peek(0)));
  },
  MUL({ stack }: Frame) {
    stack.replaceTop(mul(stack.pop(), stack.peek(0)));
  },
  SUB({ stack }: Frame) {
    stack.replaceTop(sub(stack.pop(), stack.peek(0)));
  },
  DIV({ stack }: Frame) {
    stack.replaceTop(div(stack.pop(), stack.peek(0)));
  },
  SDIV({ stack }: Frame) {
    stack.replaceTop(sdiv(stack.pop(), stack.peek(0)));
  },
  MOD({ stack }: Frame) {
    stack.replaceTop(mod(stack.pop(), stack.peek(0)));
  },
  SMOD({ stack }: Frame) {
    stack.replaceTop(smod(stack.pop(), stack.peek(0)));
  },
  ADDMOD({ stack }: Frame) {
    stack.replaceTop(addmod(stack.pop(), stack.pop(), stack.peek(0)));
  },
  MULMOD({ stack }: Frame) {
    stack.replaceTop(mulmod(stack.pop(), stack.pop(), stack.peek(0)));
  },
  EXP(frame: Frame) {
    const { stack } = frame;
    const base = stack.pop();
    const exponent = stack.peek(0);
    if (!frame.charge(GAS.exp + GAS.expByte * byteLength(exponent))) return;
    stack.replaceTop(exp(base, exponent));
  },
  SIGNEXTEND({ stack }: Frame) {
    stack.replaceTop(signextend(stack.pop(), stack.peek(0)));
  },
  LT({ stack }: Frame) {
    stack.replaceTop(lt(stack.pop(), stack.peek(0)));
  },
  GT({ stack }: Frame) {
    stack.replaceTop(gt(stack.pop(), stack.peek(0)));
  },
  SLT({ stack }: Frame) {
    stack.replaceTop(slt(stack.pop(), stack.peek(0)));
  },
  SGT({ stack }: Frame) {
    stack.replaceTop(sgt(stack.pop(), stack.peek(0)));
  },
  EQ({ stack }: Frame) {
    stack.replaceTop(eq(stack.pop(), stack.peek(0)));
  },
  ISZERO({ stack }: Frame) {
    stack.replaceTop(isZero(stack.peek(0)));
  },
  AND({ stack }: Frame) {
    stack.replaceTop(and(stack.pop(), stack.peek(0)));
  },
  OR({ stack }: Frame) {
    stack.replaceTop(or(stack.pop(), stack.peek(0)));
  },
  XOR({ stack }: Frame) {
    stack.replaceTop(xor(stack.pop(), stack.peek(0)));
  },
  NOT({ stack }: Frame) {
    stack.replaceTop(not(stack.peek(0)));
  },
  BYTE({ stack }: Frame) {
    stack.replaceTop(byte(stack.pop(), stack.peek(0)));
  },
  SHL({ stack }: Frame) {
    stack.replaceTop(shl(stack.pop(), stack.peek(0)));
  },
  SHR({ stack }: Frame) {
    stack.replaceTop(shr(stack.pop(), stack.peek(0)));
  },
  SAR({ stack }: Frame) {
    stack.replaceTop(sar(stack.pop(), stack.peek(0)));
  },
};
