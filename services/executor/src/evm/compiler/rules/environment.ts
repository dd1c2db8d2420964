/** What a contract can learn about itself, the transaction and the block. */
import { GAS } from '../../gas.ts';
import { CHAIN_ID } from '../../ops/environment.ts';
import { MAX_U64 } from '../../word.ts';
import { constant } from '../values.ts';
import { number, word } from './operation.ts';
import type { Rule } from './rule.ts';

/** More than any array of bytes can have. */
const MOST_BYTES = 2 ** 40;

const read = (text: string): Rule => ({ write: (unit) => unit.push(word(unit, text)) });
const length = (text: string): Rule => ({ write: (unit) => unit.push(number(unit, text, MOST_BYTES)) });
const known = (value: number | bigint, gas = 0): Rule => ({
  gas,
  write: (unit) => unit.push(constant(value)),
});

export const ENVIRONMENT = {
  ADDRESS: read('frame.self'),
  ORIGIN: read('frame.machine.transaction.origin'),
  CALLER: read('frame.spec.caller'),
  CALLVALUE: read('frame.spec.value'),
  GASPRICE: read('frame.machine.transaction.gasPrice'),
  COINBASE: read('frame.machine.block.coinbase'),
  TIMESTAMP: read('frame.machine.block.timestamp'),
  NUMBER: read('frame.machine.block.number'),
  CALLDATASIZE: length('frame.spec.input.length'),
  RETURNDATASIZE: length('frame.returnData.length'),
  MSIZE: length('memory.size'),
  CODESIZE: { write: (unit) => unit.push(constant(unit.code.length)) },
  DIFFICULTY: known(0),
  GASLIMIT: known(MAX_U64),
  CHAINID: known(CHAIN_ID, GAS.chainId),
  BASEFEE: known(0),
  SELFBALANCE: known(0, GAS.selfBalance),
  BALANCE: {
    gas: GAS.balance,
    write(unit) {
      unit.pop();
      unit.push(constant(0));
    },
  },
} satisfies Record<string, Rule>;
