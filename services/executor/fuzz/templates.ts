/** Contracts that do one thing well, so that random programs and transactions have somebody to talk to. */
import { assemble, CodeWriter, initCode } from './code-writer.ts';
import { writeProgram } from './program.ts';
import type { Random } from './random.ts';
import type { Places } from './statements.ts';

/** With input (slot, value): stores. With input (slot): returns it. Without input: destroys itself. */
function slots(): Uint8Array {
  const writer = new CodeWriter();
  const [store, load] = [writer.label(), writer.label()];
  writer.text('CALLDATASIZE 63 LT');
  writer.pushLabel(store);
  writer.text('JUMPI CALLDATASIZE');
  writer.pushLabel(load);
  writer.text('JUMPI 0 SELFDESTRUCT');
  writer.place(store);
  writer.text('32 CALLDATALOAD 0 CALLDATALOAD SSTORE STOP');
  writer.place(load);
  writer.text('0 CALLDATALOAD SLOAD 0 MSTORE 32 0 RETURN');
  return writer.finish();
}

/** Creates, with CREATE2 and salt 0, what it is given, and returns the address: the phoenix below comes back to the same one. */
export const FACTORY = assemble(
  'CALLDATASIZE 0 0 CALLDATACOPY 0 CALLDATASIZE 0 0 CREATE2 0 MSTORE 32 0 RETURN',
);
/** Runs the code of the account named by the first word on its own storage, with the rest of the input. */
const PROXY =
  '32 CALLDATASIZE SUB 32 0 CALLDATACOPY 0 0 32 CALLDATASIZE SUB 0 0 CALLDATALOAD GAS DELEGATECALL RETURNDATASIZE 0 0 RETURNDATACOPY 0 SSTORE RETURNDATASIZE 0 RETURN';
/** Calls the account named by the first word in a static frame, and says how that went. */
const WATCHER =
  '0 0 32 CALLDATASIZE SUB 0 0 CALLDATALOAD GAS STATICCALL 0 MSTORE RETURNDATASIZE 32 MSTORE GAS 64 MSTORE 96 0 RETURN';
/** Calls the account named by the first word with the rest of the input and logs what comes back. */
export const RECORDER = assemble(
  '32 CALLDATASIZE SUB 32 0 CALLDATACOPY 0 0 32 CALLDATASIZE SUB 0 0 0 CALLDATALOAD GAS CALL RETURNDATASIZE 0 0 RETURNDATACOPY RETURNDATASIZE 0 LOG1',
);
/** Logs the hash of the block as many blocks back as the input says. */
export const CHRONICLER = assemble('0 CALLDATALOAD NUMBER SUB BLOCKHASH 0 0 LOG1');
/** Its constructor stores, so that a replaced account with storage can be told from one that is new. */
const PHOENIX_CONSTRUCTOR = '0 SLOAD 1 ADD 0 SSTORE 7 1 SSTORE';

/** Init codes of the contracts that every case begins with. */
export const TEMPLATES = {
  slots: initCode(slots()),
  factory: initCode(FACTORY),
  proxy: initCode(assemble(PROXY)),
  watcher: initCode(assemble(WATCHER)),
  recorder: initCode(RECORDER),
  chronicler: initCode(CHRONICLER),
} as const;

export const PHOENIX = initCode(slots(), (writer) => writer.text(PHOENIX_CONSTRUCTOR));

/**
 * Leaves storage but no code: it can be created again over its own storage, of which nothing may be left
 * (docs/protocol/executor.md 4.4). What it found is in the log.
 */
export const GHOST = assemble('0 SLOAD NUMBER SLOAD ADD 0 0 LOG1 1 0 SSTORE 1 NUMBER SSTORE');

/**
 * Creates a contract and calls it; that one calls itself as deep as gas or the limit of 1024 allow, doing a little on
 * each level. Takes much gas.
 */
export function diver(random: Random): Uint8Array {
  const kind = random.pick(['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL']);
  const value = kind === 'CALL' || kind === 'CALLCODE' ? '0 ' : '';
  const before = random.pick(['PC POP', '1 0 SLOAD ADD 0 SSTORE', '0 0 LOG0', '32 0 SHA3 0 MSTORE']);
  const after = random.pick([
    '1 SLOAD ADD 1 SSTORE',
    '0 MSTORE GAS 32 MSTORE 64 0 RETURN',
    '0 MSTORE 32 0 REVERT',
  ]);
  const runtime = initCode(assemble(`${before} 32 0 32 0 ${value}ADDRESS GAS ${kind} ${after}`));
  const writer = new CodeWriter();
  const data = writer.data(runtime);
  writer.push(runtime.length);
  writer.pushLabel(data);
  writer.text('0 CODECOPY');
  writer.push(runtime.length);
  writer.text('0 0 CREATE 0 0 0 0 0 DUP6 GAS CALL 0 SSTORE STOP');
  return writer.finish();
}

/** Creates a copy of itself on each level; the outermost level fails in the end, so that nothing stays. */
export function breeder(random: Random): Uint8Array {
  const code = assemble(
    `CODESIZE 0 0 CODECOPY ${random.pick(['0 CODESIZE 0 0 CREATE2', 'CODESIZE 0 0 CREATE'])} 0 MSTORE`,
  );
  return Uint8Array.from([...code, ...assemble(random.pick(['32 0 REVERT', '0 JUMP']))]);
}

/** More code than 24 KiB, with a jump to its far end (docs/protocol/executor.md 13, row 13: there is no limit). */
export function giant(random: Random, places: Places): Uint8Array {
  const writer = new CodeWriter();
  const end = writer.label();
  writer.pushLabel(end);
  writer.text('JUMP');
  for (let left = random.between(24_570, 50_000); left > 0; left--) writer.raw(0x5b);
  writer.place(end);
  writer.text('PC 0 SSTORE');
  writeProgram(writer, random, places, 0);
  return initCode(writer.finish());
}
