/** How one opcode is written as JavaScript. */
import type { Instruction } from '../instructions.ts';
import type { UnitWriter } from '../unit-writer.ts';

export interface Rule {
  write(unit: UnitWriter, instruction: Instruction): void;
  /** What the opcode costs in any case, beyond its tier. */
  readonly gas?: number;
  /** It fails in a static frame, before it takes gas. */
  readonly writes?: true;
  /** The segment: it can see how much gas is left, or fail other than by lack of gas. The frame: nothing follows. */
  readonly ends?: 'segment' | 'frame';
}
