/** Memory, call data, storage, logs, SHA3. */
import { GAS } from '../../gas.ts';
import type { UnitWriter } from '../unit-writer.ts';
import { asWord, largest, type Value } from '../values.ts';
import { word } from './operation.ts';
import type { Rule } from './rule.ts';

/** An operand as text that is cheap to repeat. */
function operand(unit: UnitWriter): Value {
  const value = unit.pop();
  const isName = value.kind === 'word' || value.kind === 'number' || value.kind === 'constant';
  return isName ? value : word(unit, asWord(value));
}

/** Makes a few bytes of memory usable; does nothing but look where they are already. */
function expand(unit: UnitWriter, offset: Value, length: number): void {
  const text = asWord(offset);
  const isNumber = largest(offset) !== undefined ? '' : `typeof ${text} !== 'number' || `;
  unit.line(`if (${isNumber}${text} + ${length} > memory.size) {`);
  unit.charged(`frame.expand(${text}, ${length})`);
  unit.line('}');
}

/** Three operands and a source: CALLDATACOPY, CODECOPY. */
const copy = (source: string): Rule => ({
  write(unit) {
    const [offset, from, length] = [unit.pop(), unit.pop(), unit.pop()].map(asWord);
    unit.charged(`copy(frame, ${source}, ${offset}, ${from}, ${length})`);
  },
});

export const DATA = {
  MLOAD: {
    write(unit) {
      const offset = operand(unit);
      expand(unit, offset, 32);
      unit.push(word(unit, `memory.readWord(${asWord(offset)})`));
    },
  },
  MSTORE: {
    write(unit) {
      const [offset, value] = [operand(unit), unit.pop()];
      expand(unit, offset, 32);
      unit.line(`memory.writeWord(${asWord(offset)}, ${asWord(value)});`);
    },
  },
  MSTORE8: {
    write(unit) {
      const [offset, value] = [operand(unit), unit.pop()];
      expand(unit, offset, 1);
      unit.line(`storeByte(frame, ${asWord(offset)}, ${asWord(value)});`);
    },
  },
  SHA3: {
    write(unit) {
      const [offset, length] = [unit.pop(), unit.pop()].map(asWord);
      unit.line('frame.gas = gas;');
      const hash = unit.define(`sha3(frame, ${offset}, ${length})`);
      unit.line(`if (${hash} === undefined) return false; gas = frame.gas;`);
      unit.push({ kind: 'word', text: hash });
    },
  },
  CALLDATALOAD: {
    write(unit) {
      unit.push(word(unit, `loadInput(frame, ${asWord(unit.pop())})`));
    },
  },
  CALLDATACOPY: copy('frame.spec.input'),
  CODECOPY: copy('frame.code.bytes'),
  SLOAD: {
    gas: GAS.sload,
    write(unit) {
      unit.push(word(unit, `frame.machine.world.load(frame.self, ${asWord(unit.pop())})`));
    },
  },
  SSTORE: {
    writes: true,
    write(unit) {
      const [slot, value] = [unit.pop(), unit.pop()].map(asWord);
      unit.charged(`store(frame, ${slot}, ${value})`);
    },
  },
  LOG: {
    writes: true,
    write(unit, { number: topicCount }) {
      const [offset, length] = [unit.pop(), unit.pop()].map(asWord);
      const topics = Array.from({ length: topicCount }, () => asWord(unit.pop()));
      unit.charged(`emitLog(frame, ${offset}, ${length}, [${topics.join(', ')}])`);
    },
  },
} satisfies Record<string, Rule>;
