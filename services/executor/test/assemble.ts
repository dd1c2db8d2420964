/** A small assembler: `assemble('1 2 ADD 0 SSTORE')`. Numbers become the shortest PUSH; `0x…` strings keep their length. */
import { fromHex } from '@hexapod/protocol/bytes';
import { FAMILIES, OPCODES } from '../src/evm/opcodes.ts';

const NAMES = new Map<string, number>(OPCODES);
for (const [family, { first, count }] of Object.entries(FAMILIES)) {
  if (family === 'PUSH') continue;
  const smallest = family === 'LOG' ? 0 : 1;
  for (let n = 0; n < count; n++) NAMES.set(`${family}${n + smallest}`, first + n);
}

export function assemble(text: string): Uint8Array {
  const bytes = text
    .trim()
    .split(/\s+/)
    .filter((token) => token !== '')
    .flatMap((token) => {
      const opcode = NAMES.get(token);
      if (opcode !== undefined) return [opcode];
      if (/^[0-9a-f]{2}!$/.test(token)) return [Number.parseInt(token, 16)];
      return push(token);
    });
  return Uint8Array.from(bytes);
}

function push(token: string): number[] {
  const digits = token.startsWith('0x') ? token.slice(2) : BigInt(token).toString(16);
  const data = fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
  return [FAMILIES.PUSH.first + data.length - 1, ...data];
}

/** Init code that deploys a program. */
export function deployer(program: Uint8Array): Uint8Array {
  const length = program.length.toString(16).padStart(4, '0');
  const copy = assemble(`0x${length} DUP1 0x0c 0x00 CODECOPY 0x00 RETURN`);
  if (copy.length !== 0x0c) throw new Error(`the deployer has ${copy.length} bytes, wanted 12`);
  return Uint8Array.from([...copy, ...program]);
}
