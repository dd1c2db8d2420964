/**
 * Writes the JavaScript of one unit: a tree of byte code that starts at one place and follows all constant jumps and
 * both ways of the branches that are taken, up to a number of instructions. A jump back to the start is a loop.
 *
 * The tree consists of segments: instructions between which control cannot leave. What a segment costs apart from
 * memory and the like is taken at once at its start, see `#opening`.
 */
import type { Code } from '../code.ts';
import { INPUTS, OUTPUTS, TIER_GAS } from '../opcodes.ts';
import { STACK_LIMIT } from '../stack.ts';
import { type Instruction, instructionAt } from './instructions.ts';
import { Extent, Operands } from './operands.ts';
import { RULES } from './rules/table.ts';
import { asBig, asWord, literal, type Value } from './values.ts';

export interface UnitOptions {
  readonly code: Code;
  /** Where the unit starts. */
  readonly start: number;
  /** The most instructions in it. */
  readonly limit: number;
  /** How hot a place is, 0 … 1. A branch to a cold one, 0, leaves the unit. */
  heat(pc: number): number;
}

/**
 * A unit that is longer than this many characters takes up no more instructions: each place where it can be left writes
 * back what is not on the stack, which can be much.
 */
const MOST_TEXT = 60_000;
const MOST_PASSES = 4;
/** Of the instructions left at a branch, what the taken side may use, by its heat; the other side has the rest. */
const LEAST_SHARE = 0.5;
const MOST_SHARE = 0.9;

/** Opcodes after which the frame waits or has ended: the interpreter's code does them, and the unit is left. */
const LEAVING: ReadonlySet<string> = new Set(
  'CREATE CALL CALLCODE DELEGATECALL CREATE2 STATICCALL SELFDESTRUCT INVALID'.split(' '),
);

/** The body of a function of `frame`; undefined if it does not settle, which no code is known to cause. */
export function writeUnit(options: UnitOptions): string | undefined {
  const extent = new Extent();
  // What a loop carries shows only at its end, and matters from its start: written again until nothing is new.
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const carried = extent.carried.size;
    const body = new UnitWriter(options, extent).write();
    if (extent.carried.size === carried) return body;
  }
  return undefined;
}

/** How far the way from the start to here has come. */
interface Path {
  readonly operands: Operands;
  /** Instructions that may still be written on it. */
  left: number;
  /** Where its jumps went: arriving there again would be a loop. */
  readonly passed: Set<number>;
}

export class UnitWriter {
  readonly code: Code;
  readonly #options: UnitOptions;
  readonly #extent: Extent;
  readonly #lines: string[] = [];
  #names = 0;
  #length = 0;
  #loops = false;
  #operands: Operands;
  /** Of the segment in work: what it costs in any case, and whether it may not run in a static frame. */
  #gas = 0;
  #writes = false;

  constructor(options: UnitOptions, extent: Extent) {
    this.code = options.code;
    this.#options = options;
    this.#extent = extent;
    this.#operands = new Operands(extent, (text) => this.define(text));
  }

  write(): string {
    const { start, limit } = this.#options;
    this.#tree(start, { operands: this.#operands, left: limit, passed: new Set([start]) });
    const { lowest, highest } = this.#extent;
    const room = `sp < ${-lowest} || sp > ${STACK_LIMIT - highest}`;
    const opening = [
      'const { stack, memory } = frame;',
      'const { items, size: sp } = stack;',
      `if (${room}) return true;`,
      'let gas = frame.gas;',
      'let t = 0;',
      ...this.#extent.declarations(),
    ];
    const lines = this.#loops ? ['for (;;) {', ...this.#lines, '}'] : this.#lines;
    return [...opening, ...lines].join('\n');
  }

  // ---- for the rules

  pop(): Value {
    return this.#operands.pop();
  }

  push(value: Value): void {
    this.#operands.push(value);
  }

  dup(number: number): void {
    this.#operands.dup(number);
  }

  swap(number: number): void {
    this.#operands.swap(number);
  }

  line(text: string): void {
    this.#lines.push(text);
    this.#length += text.length;
  }

  /** Puts an expression in a variable of its own; returns its name. */
  define(text: string): string {
    const name = `v${this.#names++}`;
    this.line(`const ${name} = ${text};`);
    return name;
  }

  /** Adds to what the segment costs in any case. */
  charge(gas: number): void {
    this.#gas += gas;
  }

  /** A call that takes gas by itself and is false if the frame has failed. */
  charged(call: string): void {
    this.line(`frame.gas = gas; if (!${call}) return false; gas = frame.gas;`);
  }

  /** Ends the frame. */
  finish(call: string): void {
    this.line(`frame.gas = gas; ${call}; return false;`);
  }

  // ---- the tree

  #tree(pc: number, path: Path): void {
    let next: number | undefined = pc;
    while (next !== undefined) next = this.#segment(next, path);
  }

  /** Writes one segment and the branch at its end; returns where the path goes on, if it does. */
  #segment(start: number, path: Path): number | undefined {
    this.#operands = path.operands;
    const opening = this.#lines.push('') - 1;
    const before = path.operands.fork();
    [this.#gas, this.#writes] = [0, false];
    const close = () => {
      const text = this.#opening(start, before);
      this.#lines[opening] = text;
      this.#length += text.length;
    };
    for (let pc = start; ; ) {
      if (path.left <= 0 || this.#length > MOST_TEXT) {
        close();
        return this.#leave(pc);
      }
      const instruction = instructionAt(this.code, pc);
      path.left--;
      this.#gas += TIER_GAS[instruction.opcode] as number;
      if (instruction.name === 'JUMP') {
        const target = this.#jump(this.pop(), path, close);
        if (target === undefined) return undefined;
        pc = target;
        continue;
      }
      if (instruction.name === 'JUMPI') {
        close();
        this.#branch(this.pop(), this.pop(), path);
        return instruction.next;
      }
      const rule = RULES[instruction.name];
      if (rule === undefined) {
        close();
        return this.#interpreted(instruction);
      }
      this.#gas += rule.gas ?? 0;
      this.#writes ||= rule.writes === true;
      rule.write(this, instruction);
      if (rule.ends === 'segment') {
        close();
        return instruction.next;
      }
      if (rule.ends === 'frame') {
        close();
        return undefined;
      }
      pc = instruction.next;
    }
  }

  /**
   * Takes the gas of the segment. If there is not enough, or if the frame is static and the segment writes, the
   * interpreter runs the segment from its start and fails at the opcode that is to blame: whatever fails later inside
   * the segment is OutOfGas, and a frame that failed so looks the same wherever it did.
   */
  #opening(pc: number, operands: Operands): string {
    const gas = this.#gas;
    const isStatic = this.#writes ? ' || frame.spec.isStatic' : '';
    const state = `frame, ${pc}, ${this.#size(operands)}, gas + ${gas}`;
    const spill = operands.spill().join(' ');
    return `if ((gas -= ${gas}) < 0${isStatic}) { ${spill} return lack(${state}, ${gas})${isStatic}; }`;
  }

  /** JUMP. Returns the target if the segment goes on there. */
  #jump(target: Value, path: Path, close: () => void): number | undefined {
    const pc = this.#constantTarget(target);
    if (pc === undefined) {
      close();
      this.#jumpAway(target);
      return undefined;
    }
    if (!path.passed.has(pc)) {
      path.passed.add(pc);
      return pc;
    }
    close();
    this.#goBack(pc);
    return undefined;
  }

  /** The taken side of a JUMPI. */
  #branch(target: Value, condition: Value, path: Path): void {
    this.line(`if (${truth(condition)}) {`);
    const operands = path.operands.fork();
    this.#operands = operands;
    const pc = this.#constantTarget(target);
    if (pc === undefined) {
      this.#jumpAway(target);
    } else if (path.passed.has(pc)) {
      this.#goBack(pc);
    } else if (this.#options.heat(pc) > 0) {
      const share = Math.min(MOST_SHARE, Math.max(LEAST_SHARE, this.#options.heat(pc)));
      const given = Math.ceil(path.left * share);
      const taken = { operands, left: given, passed: new Set(path.passed).add(pc) };
      this.#tree(pc, taken);
      path.left -= given - taken.left;
    } else {
      this.#leave(pc);
    }
    this.line('}');
  }

  #constantTarget(target: Value): number | undefined {
    return target.kind === 'constant' && this.code.isJumpTarget(target.word) ? target.word : undefined;
  }

  #goBack(pc: number): void {
    const round = pc === this.#options.start ? this.#operands.goRound() : undefined;
    if (round === undefined) {
      this.#leave(pc);
      return;
    }
    this.#loops = true;
    this.line(`{ ${round.join(' ')} continue; }`);
  }

  #leave(pc: number): undefined {
    this.#spill();
    this.line(`return leave(frame, ${pc}, ${this.#size(this.#operands)}, gas);`);
  }

  /** A jump to where only the contract knows, or to what is no target. */
  #jumpAway(target: Value): void {
    this.#spill();
    this.line(`return jump(frame, ${asWord(target)}, ${this.#size(this.#operands)}, gas);`);
  }

  /** Has the interpreter's code run an opcode. */
  #interpreted({ opcode, name, next }: Instruction): number | undefined {
    this.#spill();
    const call = `interpreted(frame, ${opcode}, ${next}, ${this.#size(this.#operands)}, gas)`;
    if (LEAVING.has(name)) {
      this.line(`${call}; return false;`);
      this.#operands.replace(INPUTS[opcode] as number, OUTPUTS[opcode] as number);
      return undefined;
    }
    this.line(`if (!${call}) return false; gas = frame.gas;`);
    this.#operands.replace(INPUTS[opcode] as number, OUTPUTS[opcode] as number);
    return next;
  }

  #spill(): void {
    for (const line of this.#operands.spill()) this.line(line);
  }

  #size({ height }: Operands): string {
    return height < 0 ? `sp - ${-height}` : `sp + ${height}`;
  }
}

/** Whether a word is not zero. */
function truth(value: Value): string {
  switch (value.kind) {
    case 'flag':
      return value.text;
    case 'constant':
      return `${literal(value.word)} != 0`;
    case 'number':
    case 'word':
      return `${value.text} !== 0`;
    case 'big':
    case 'wide':
      return `${asBig(value)} !== 0n`;
  }
}
