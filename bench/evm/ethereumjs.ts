// The peer, @ethereumjs/evm with its own state in memory, as its documentation sets it up.

import { createEVM } from '@ethereumjs/evm';
import { createAddressFromString } from '@ethereumjs/util';

const CONTRACT = createAddressFromString(`0x${'c0de'.padStart(40, '0')}`);
const GAS = 2n ** 63n;

/** A function that runs the code with an input and returns its output. Without a state manager it takes its SimpleStateManager. */
export async function prepare(code: Uint8Array): Promise<(input: Uint8Array) => Promise<Uint8Array>> {
  const evm = await createEVM();
  await evm.stateManager.putCode(CONTRACT, code);
  return async (input) => {
    const { exceptionError, returnValue } = await evm.runCode({
      code,
      to: CONTRACT,
      data: input,
      gasLimit: GAS,
    });
    if (exceptionError !== undefined) throw exceptionError;
    return returnValue;
  };
}
