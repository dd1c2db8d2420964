/** CALL and its kin, CREATE, CREATE2 (docs/protocol/executor.md 4.4, 5.3, 5.5). */

import { sub } from '../arithmetic.ts';
import { Code } from '../code.ts';
import { create2Address, createAddress } from '../contract-address.ts';
import { Failure } from '../failure.ts';
import { type Frame, NO_BYTES } from '../frame.ts';
import { GAS, words } from '../gas.ts';
import { low64, toAddress, type Word } from '../word.ts';

const DEPTH_LIMIT = 1024;

/** All gas but one 64th: the most a frame can hand to another. */
function allButOne64th(frame: Frame): Word {
  const gas = frame.gasLeft;
  return typeof gas === 'number' ? gas - Math.floor(gas / 64) : sub(gas, gas / 64n);
}

interface CallArguments {
  readonly requested: Word;
  readonly to: Word;
  readonly value: Word;
  readonly inputOffset: Word;
  readonly inputLength: Word;
  readonly outputOffset: Word;
  readonly outputLength: Word;
}

function popArguments(frame: Frame, hasValue: boolean): CallArguments {
  const { stack } = frame;
  return {
    requested: low64(stack.pop()),
    to: toAddress(stack.pop()),
    value: hasValue ? stack.pop() : 0,
    inputOffset: stack.pop(),
    inputLength: stack.pop(),
    outputOffset: stack.pop(),
    outputLength: stack.pop(),
  };
}

/** Charges everything but the gas handed on. False: the frame has failed. */
function chargeCall(frame: Frame, args: CallArguments, newAccountCosts: boolean): boolean {
  return (
    frame.charge(GAS.call) &&
    (!newAccountCosts || frame.machine.world.exists(args.to) || frame.charge(GAS.callNewAccount)) &&
    (args.value === 0 || frame.charge(GAS.callValue)) &&
    frame.expand(args.inputOffset, args.inputLength) &&
    frame.expand(args.outputOffset, args.outputLength)
  );
}

type CallTarget = Pick<Parameters<Frame['machine']['callFrom']>[1], 'self' | 'caller' | 'value' | 'isStatic'>;

function call(frame: Frame, args: CallArguments, target: CallTarget): void {
  const most = allButOne64th(frame);
  const gas = args.requested < most ? args.requested : most;
  frame.returnData = NO_BYTES;
  if (args.value !== 0 || frame.spec.depth >= DEPTH_LIMIT) {
    // No account has a balance to send, so a call with value ends here; what was set aside for it comes back, stipend
    // included.
    if (args.value !== 0) frame.giveBack(GAS.callStipend);
    frame.stack.push(0);
    return;
  }
  frame.withdraw(gas);
  const input =
    args.inputLength === 0
      ? NO_BYTES
      : frame.memory.slice(Number(args.inputOffset), Number(args.inputLength));
  const { self, caller, value, isStatic } = target;
  const depth = frame.spec.depth + 1;
  const spec = { codeAddress: args.to, self, caller, value, input, isStatic, depth, gas };
  const outputLength = Number(args.outputLength);
  frame.machine.callFrom(frame, spec, outputLength === 0 ? 0 : Number(args.outputOffset), outputLength);
}

function create(frame: Frame, hasSalt: boolean): void {
  if (frame.spec.isStatic) {
    frame.fail(Failure.MutableCallInStaticContext);
    return;
  }
  const { stack, machine, self } = frame;
  const value = stack.pop();
  const offset = stack.pop();
  const length = stack.pop();
  const salt = hasSalt ? stack.pop() : undefined;
  if (!frame.expand(offset, length) || !frame.charge(GAS.create)) return;
  if (hasSalt && !frame.charge(GAS.create2Word * words(Number(length)))) return;
  frame.returnData = NO_BYTES;
  if (value !== 0 || frame.spec.depth >= DEPTH_LIMIT) {
    stack.push(0);
    return;
  }

  const gas = allButOne64th(frame);
  frame.withdraw(gas);
  const initCode = length === 0 ? NO_BYTES : frame.memory.slice(Number(offset), Number(length));
  const nonce = machine.world.nonce(self);
  machine.world.incrementNonce(self);
  const { keccak } = machine.modules;
  const address =
    salt === undefined ? createAddress(keccak, self, nonce) : create2Address(keccak, self, salt, initCode);
  const depth = frame.spec.depth + 1;
  machine.createFrom(frame, { address, creator: self, value, initCode: new Code(initCode), depth, gas });
}

export const CALLS = {
  CREATE(frame: Frame) {
    create(frame, false);
  },
  CREATE2(frame: Frame) {
    create(frame, true);
  },
  CALL(frame: Frame) {
    const args = popArguments(frame, true);
    if (!chargeCall(frame, args, true)) return;
    if (frame.spec.isStatic && args.value !== 0) return frame.fail(Failure.MutableCallInStaticContext);
    const { self, spec } = frame;
    call(frame, args, { self: args.to, caller: self, value: args.value, isStatic: spec.isStatic });
  },
  CALLCODE(frame: Frame) {
    const args = popArguments(frame, true);
    if (!chargeCall(frame, args, false)) return;
    const { self, spec } = frame;
    call(frame, args, { self, caller: self, value: args.value, isStatic: spec.isStatic });
  },
  DELEGATECALL(frame: Frame) {
    const args = popArguments(frame, false);
    if (!chargeCall(frame, args, false)) return;
    const { self, spec } = frame;
    call(frame, args, { self, caller: spec.caller, value: spec.value, isStatic: spec.isStatic });
  },
  STATICCALL(frame: Frame) {
    const args = popArguments(frame, false);
    if (!chargeCall(frame, args, false)) return;
    call(frame, args, { self: args.to, caller: frame.self, value: 0, isStatic: true });
  },
};
