/**
 * The opcodes that start another frame: what they charge and ask for, and what their frame finds when the other has
 * ended (docs/protocol/executor.md 4.3, 4.4, 5.3, 5.5).
 */

import { concatBytes } from '@hexapod/protocol/bytes';
import { Failure, type Frame } from './frame.ts';
import { addressFrom, keccak } from './hashing.ts';
import type { End, Execution, Request } from './machine.ts';
import { toBytes, words } from './numbers.ts';
import { toAddress } from './operations.ts';
import { rlpInteger, rlpList, rlpString } from './rlp.ts';

/** A request, and what its frame does with the end of it. */
export interface Start {
  readonly request: Request;
  resume(end: End): void;
}

/** undefined: no frame is started, the opcode has failed and pushed 0. */
type StartingOpcode = (frame: Frame, execution: Execution) => Start | undefined;

const DEPTH_LIMIT = 1024;
const STIPEND = 2300n;
const MAX_U64 = (1n << 64n) - 1n;

/** CREATE and create transactions (4.4). */
export function createAddress(creator: bigint, nonce: bigint): bigint {
  return addressFrom(rlpList([rlpString(toBytes(creator, 20)), rlpInteger(nonce)]));
}

function create2Address(creator: bigint, salt: bigint, initCode: Uint8Array): bigint {
  return addressFrom(
    concatBytes(Uint8Array.of(0xff), toBytes(creator, 20), toBytes(salt, 32), keccak(initCode)),
  );
}

function allButOne64th(gas: bigint): bigint {
  return gas - gas / 64n;
}

type CallName = 'CALL' | 'CALLCODE' | 'DELEGATECALL' | 'STATICCALL';

function call(name: CallName): StartingOpcode {
  return (frame, { state }) => {
    const [requested, target] = [frame.pop(), toAddress(frame.pop())];
    const value = name === 'CALL' || name === 'CALLCODE' ? frame.pop() : 0n;
    const [inputOffset, inputLength] = [frame.pop(), frame.pop()];
    const [outputOffset, outputLength] = [frame.pop(), frame.pop()];

    frame.charge(40n);
    if (name === 'CALL' && state.get(target) === undefined) frame.charge(25_000n);
    if (value !== 0n) frame.charge(9000n);
    frame.expand(inputOffset, inputLength);
    frame.expand(outputOffset, outputLength);
    if (name === 'CALL' && value !== 0n && frame.spec.isStatic) {
      throw new Failure('MutableCallInStaticContext');
    }
    // Only the low 64 bits are looked at.
    const low = requested & MAX_U64;
    const most = allButOne64th(frame.gas);
    const handed = low < most ? low : most;
    frame.charge(handed);
    const gas = value === 0n ? handed : handed + STIPEND;

    frame.returnData = new Uint8Array(0);
    // Nobody has a balance: a value cannot be paid.
    if (value !== 0n || frame.spec.depth >= DEPTH_LIMIT) {
      frame.gas += gas;
      frame.push(0n);
      return undefined;
    }
    const input = frame.read(inputOffset, inputLength);
    const request: Request = {
      kind: 'call',
      codeAddress: target,
      input,
      gas,
      ...partiesOf(name, frame, target),
    };
    return {
      request,
      resume(end) {
        frame.gas += end.gasLeft;
        frame.push(end.status === 'stopped' ? 1n : 0n);
        // Empty unless the call succeeded or reverted.
        frame.returnData = end.output.slice();
        frame.write(outputOffset, end.output.subarray(0, Number(minimum(outputLength, end.output.length))));
      },
    };
  };
}

function minimum(a: bigint, b: number): bigint {
  return a < BigInt(b) ? a : BigInt(b);
}

/** Who calls whom, on whose storage. */
function partiesOf(name: CallName, { spec }: Frame, target: bigint) {
  const depth = spec.depth + 1;
  const { self, isStatic } = spec;
  switch (name) {
    case 'CALL':
      return { self: target, caller: self, value: 0n, isStatic, depth };
    case 'CALLCODE':
      return { self, caller: self, value: 0n, isStatic, depth };
    case 'DELEGATECALL':
      return { self, caller: spec.caller, value: spec.value, isStatic, depth };
    case 'STATICCALL':
      return { self: target, caller: self, value: 0n, isStatic: true, depth };
  }
}

function create(hasSalt: boolean): StartingOpcode {
  return (frame, { state }) => {
    const { self, depth } = frame.spec;
    const [value, offset, length] = [frame.pop(), frame.pop(), frame.pop()];
    const salt = hasSalt ? frame.pop() : 0n;

    frame.expand(offset, length);
    frame.charge(32_000n);
    if (hasSalt) frame.charge(6n * words(length));
    const gas = allButOne64th(frame.gas);
    frame.charge(gas);

    frame.returnData = new Uint8Array(0);
    if (value !== 0n || depth >= DEPTH_LIMIT) {
      frame.gas += gas;
      frame.push(0n);
      return undefined;
    }
    const initCode = frame.read(offset, length);
    const address = hasSalt ? create2Address(self, salt, initCode) : createAddress(self, state.nonce(self));
    state.incrementNonce(self);
    return {
      request: { kind: 'create', address, initCode, creator: self, value: 0n, depth: depth + 1, gas },
      resume(end) {
        frame.gas += end.gasLeft;
        frame.push(end.status === 'stopped' ? address : 0n);
        if (end.status === 'reverted') frame.returnData = end.output.slice();
      },
    };
  };
}

export const STARTING_OPCODES: ReadonlyMap<string, StartingOpcode> = new Map([
  ['CALL', call('CALL')],
  ['CALLCODE', call('CALLCODE')],
  ['DELEGATECALL', call('DELEGATECALL')],
  ['STATICCALL', call('STATICCALL')],
  ['CREATE', create(false)],
  ['CREATE2', create(true)],
]);
