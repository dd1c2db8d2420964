/** What a contract can learn about itself, the transaction and the block (docs/protocol/executor.md 3.3, 4.3). */
import type { Frame } from '../frame.ts';
import { GAS } from '../gas.ts';
import { MAX_U64 } from '../word.ts';

/** The same on every chain. */
export const CHAIN_ID = 1;

export const ENVIRONMENT = {
  ADDRESS(frame: Frame) {
    frame.stack.push(frame.self);
  },
  BALANCE(frame: Frame) {
    if (frame.charge(GAS.balance)) frame.stack.replaceTop(0);
  },
  SELFBALANCE(frame: Frame) {
    if (frame.charge(GAS.selfBalance)) frame.stack.push(0);
  },
  ORIGIN(frame: Frame) {
    frame.stack.push(frame.machine.transaction.origin);
  },
  CALLER(frame: Frame) {
    frame.stack.push(frame.spec.caller);
  },
  CALLVALUE(frame: Frame) {
    frame.stack.push(frame.spec.value);
  },
  GASPRICE(frame: Frame) {
    frame.stack.push(frame.machine.transaction.gasPrice);
  },
  BLOCKHASH(frame: Frame) {
    frame.stack.replaceTop(frame.machine.block.blockHash(frame.stack.peek(0)));
  },
  COINBASE(frame: Frame) {
    frame.stack.push(frame.machine.block.coinbase);
  },
  TIMESTAMP(frame: Frame) {
    frame.stack.push(frame.machine.block.timestamp);
  },
  NUMBER(frame: Frame) {
    frame.stack.push(frame.machine.block.number);
  },
  DIFFICULTY(frame: Frame) {
    frame.stack.push(0);
  },
  GASLIMIT(frame: Frame) {
    frame.stack.push(MAX_U64);
  },
  CHAINID(frame: Frame) {
    if (frame.charge(GAS.chainId)) frame.stack.push(CHAIN_ID);
  },
  BASEFEE(frame: Frame) {
    frame.stack.push(0);
  },
};
