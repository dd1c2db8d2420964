/** Receipt error codes and their texts (docs/protocol/executor.md 11). */
import { Failure } from '../evm/failure.ts';

export const ReceiptError = {
  NotEnoughBaseQuota: 0,
  TransactionMalformed: 9,
  OutOfQuota: 10,
  BadJumpDestination: 11,
  BadInstruction: 12,
  StackUnderflow: 13,
  OutOfStack: 14,
  Internal: 15,
  MutableCallInStaticContext: 16,
  OutOfBounds: 17,
  Reverted: 18,
} as const;

export type ReceiptError = (typeof ReceiptError)[keyof typeof ReceiptError];

const TEXTS: readonly string[] = [
  'Not enough base quota.',
  'Block quota limit reached.',
  'Account quota limit reached.',
  'Invalid transaction nonce.',
  'Cost of transaction exceeds sender balance.',
  'No transaction permission.',
  'No contract permission.',
  'No Call contract permission.',
  'Execution internal error.',
  'Malformed transaction.',
  'Out of quota.',
  "Jump position wasn't marked with JUMPDEST instruction.",
  'Instruction is not supported.',
  'Not enough stack elements to execute instruction.',
  'Execution would exceed defined Stack Limit.',
  'EVM internal error.',
  'Mutable call in static context.',
  'Out of bounds.',
  'Reverted.',
];

/** The text of a code; '' for no error. */
export function errorText(error: number | undefined): string {
  if (error === undefined) return '';
  const text = TEXTS[error];
  if (text === undefined)
    throw new RangeError(`${error} is no receipt error code, they end at ${TEXTS.length - 1}`);
  return text;
}

const BY_FAILURE: Record<Failure, ReceiptError> = {
  [Failure.OutOfGas]: ReceiptError.OutOfQuota,
  [Failure.InvalidJumpDestination]: ReceiptError.BadJumpDestination,
  [Failure.InvalidOpcode]: ReceiptError.BadInstruction,
  [Failure.StackUnderflow]: ReceiptError.StackUnderflow,
  [Failure.OutOfStack]: ReceiptError.OutOfStack,
  [Failure.MutableCallInStaticContext]: ReceiptError.MutableCallInStaticContext,
  [Failure.OutOfBounds]: ReceiptError.OutOfBounds,
  [Failure.ContractAlreadyExist]: ReceiptError.Internal,
  [Failure.Internal]: ReceiptError.Internal,
};

export function errorOf(failure: Failure): ReceiptError {
  return BY_FAILURE[failure];
}
