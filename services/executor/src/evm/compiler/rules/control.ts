/** Stack, flow, ends. JUMP and JUMPI shape the tree: the unit writer does them itself. */
import { GAS } from '../../gas.ts';
import type { UnitWriter } from '../unit-writer.ts';
import { asWord, constant } from '../values.ts';
import type { Rule } from './rule.ts';

/** The two operands of an opcode, top first. */
const two = (unit: UnitWriter): string => [unit.pop(), unit.pop()].map(asWord).join(', ');

export const CONTROL = {
  PUSH: { write: (unit, { operand }) => unit.push(constant(operand)) },
  DUP: { write: (unit, { number }) => unit.dup(number) },
  SWAP: { write: (unit, { number }) => unit.swap(number) },
  POP: {
    write(unit) {
      unit.pop();
    },
  },
  PC: { write: (unit, { pc }) => unit.push(constant(pc)) },
  JUMPDEST: {
    gas: GAS.jumpDest,
    write() {
      // Costs, and does nothing.
    },
  },
  GAS: {
    ends: 'segment',
    write(unit) {
      unit.line('frame.gas = gas;');
      unit.push({ kind: 'word', text: unit.define('frame.gasLeft') });
    },
  },
  STOP: { ends: 'frame', write: (unit) => unit.finish('stop(frame)') },
  RETURN: { ends: 'frame', write: (unit) => unit.finish(`ret(frame, ${two(unit)})`) },
  REVERT: { ends: 'frame', write: (unit) => unit.finish(`revert(frame, ${two(unit)})`) },
} satisfies Record<string, Rule>;
