/** How a frame can fail other than by REVERT; each loses all its gas. Names as in docs/protocol/executor.md 5. */
export const Failure = {
  OutOfGas: 'OutOfGas',
  InvalidOpcode: 'InvalidOpcode',
  StackUnderflow: 'StackUnderflow',
  OutOfStack: 'OutOfStack',
  InvalidJumpDestination: 'InvalidJumpDestination',
  MutableCallInStaticContext: 'MutableCallInStaticContext',
  OutOfBounds: 'OutOfBounds',
  /** The address of a creation is taken (4.4). */
  ContractAlreadyExist: 'ContractAlreadyExist',
  /** A precompile that the chain does not implement (6). */
  Internal: 'Internal',
} as const;

export type Failure = (typeof Failure)[keyof typeof Failure];
