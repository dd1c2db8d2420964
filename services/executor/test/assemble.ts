/**
 * A small assembler: `assemble('1 2 ADD 0 SSTORE')`. Numbers become the shortest PUSH, `0x…` strings keep their
 * length, `name:` is a JUMPDEST to which `@name` jumps, `fe!` is that byte.
 */
import { fromHex } from '@hexapod/protocol/bytes';
import { FAMILIES, OPCODES } from '../src/evm/opcodes.ts';

const NAMES = new Map<string, number>(OPCODES);
for (const [family, { first, count }] of Object.entries(FAMILIES)) {
  if (family === 'PUSH') continue;
  const smallest = family === 'LOG' ? 0 : 1;
  for (let n = 0; n < count; n++) NAMES.set(`${family}${n + smallest}`, first + n);
}

const JUMPDEST = 0x5b;

export function assemble(text: string): Uint8Array {
  const bytes: number[] = [];
  const labels = new Map<string, number>();
  const uses: { at: number; label: string }[] = [];
  for (const token of text.split(/\s+/).filter((part) => part !== '')) {
    const opcode = NAMES.get(token);
    if (opcode !== undefined) {
      bytes.push(opcode);
    } else if (/^[0-9a-f]{2}!$/.test(token)) {
      bytes.push(Number.parseInt(token, 16));
    } else if (token.endsWith(':')) {
      labels.set(token.slice(0, -1), bytes.length);
      bytes.push(JUMPDEST);
    } else if (token.startsWith('@')) {
      uses.push({ at: bytes.length + 1, label: token.slice(1) });
      bytes.push(FAMILIES.PUSH.first, 0);
    } else {
      bytes.push(...push(token));
    }
  }
  for (const { at, label } of uses) {
    const target = labels.get(label);
    if (target === undefined || target > 255) throw new Error(`label ${label} is at ${target}`);
    bytes[at] = target;
  }
  return Uint8Array.from(bytes);
}

function push(token: string): number[] {
  const digits = token.startsWith('0x') ? token.slice(2) : BigInt(token).toString(16);
  const data = fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
  return [FAMILIES.PUSH.first + data.length - 1, ...data];
}

/** Init code that deploys a program. @param offset bytes of other init code that come before it. */
export function deployer(program: Uint8Array, offset = 0): Uint8Array {
  const length = program.length.toString(16).padStart(4, '0');
  const start = (offset + DEPLOYER_BYTES).toString(16).padStart(2, '0');
  return Uint8Array.from([...assemble(`0x${length} DUP1 0x${start} 0x00 CODECOPY 0x00 RETURN`), ...program]);
}

const DEPLOYER_BYTES = 12;
