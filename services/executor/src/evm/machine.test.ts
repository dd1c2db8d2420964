import { toHex } from '@hexapod/protocol/bytes';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../test/assemble.ts';
import { MACHINES } from '../../test/chain-in-memory.ts';
import { CONTRACT, type RunOptions, runCode as runOn } from '../../test/run-code.ts';
import { GasMeter, WorkLimitExceeded } from './gas-meter.ts';
import { wordFromBytes } from './word.ts';

describe.each(MACHINES)('$how', ({ machine }) => {
  const runCode = (program: string, options: RunOptions = {}) =>
    runOn(program, { modules: machine, ...options });

  /** Stores the top of the stack in memory and returns it. */
  const RETURN_TOP = '0 MSTORE 32 0 RETURN';

  const returned = (program: string, options?: RunOptions) => {
    const { status, output } = runCode(`${program} ${RETURN_TOP}`, options);
    expect(status).toBe('stopped');
    return wordFromBytes(output);
  };

  describe('order of the checks before an opcode (docs/protocol/executor.md 5.1)', () => {
    test.each([
      ['an unknown byte, with no stack and no gas', '5f!', 0, 'InvalidOpcode'],
      ['too few items, with no gas', 'ADD', 0, 'StackUnderflow'],
      ['1025 items, with no gas left for the last', '1 '.repeat(1025), 3 * 1024, 'OutOfStack'],
      ['no gas', '1', 2, 'OutOfGas'],
      ['DUP17 does not exist', '1 '.repeat(17).concat('0 0 a5!'), 1000, 'InvalidOpcode'],
    ])('%s', (_name, program, gas, status) => {
      expect(runCode(program, { gas })).toMatchObject({ status, gasLeft: 0 });
    });

    test('1024 items are allowed', () => {
      expect(runCode('1 '.repeat(1024))).toMatchObject({ status: 'stopped' });
    });

    test.each(['SSTORE', 'LOG0', 'LOG4', 'CREATE', 'CREATE2', 'SELFDESTRUCT'])(
      '%s in a static frame',
      (opcode) => {
        const program = `${'0 '.repeat(6)} ${opcode}`;
        expect(runCode(program, { isStatic: true }).status).toBe('MutableCallInStaticContext');
        expect(runCode(opcode, { isStatic: true }).status).toBe('StackUnderflow');
      },
    );
  });

  describe('nesting', () => {
    /** Calls itself with all gas; each level adds one to slot 0. */
    const recursive = '1 0 SLOAD ADD 0 SSTORE 0 0 0 0 0 ADDRESS GAS CALL';

    test('goes down to depth 1024 and no further', () => {
      // A frame hands on 63 of 64 parts of its gas: 1024 levels of 40,000 need gas that only a reserve can hold.
      const gas = 2n ** 63n;
      const { status, world } = runCode(recursive, { gas });
      expect(status).toBe('stopped');
      expect(world.load(CONTRACT, 0)).toBe(1025);
    });

    test('creations count for it, too', () => {
      const { status, output } = runCode(`0 0 0 0 0 ADDRESS GAS CALL ${RETURN_TOP}`, { gas: 2n ** 63n });
      expect(status).toBe('stopped');
      expect(wordFromBytes(output)).toBe(1);
    });
  });

  describe('gas', () => {
    test('GAS is exact beyond 2^53', () => {
      expect(returned('GAS', { gas: 2n ** 64n - 1n })).toBe(2n ** 64n - 3n);
    });

    test('gas beyond 2^53 is spent to the unit', () => {
      expect(runCode('1 2 ADD POP', { gas: 2n ** 64n - 1n }).gasLeft).toBe(2n ** 64n - 1n - 11n);
    });

    test('a failing frame loses what it was given, its caller keeps one 64th', () => {
      const { gasLeft } = runCode('0 0 0 0 0 0xbad GAS CALL', {
        gas: 1_000_000,
        others: { 2989: 'fe!' },
      });
      const before = 1_000_000 - 5 * 3 - 3 - 2 - 40;
      expect(gasLeft).toBe(Math.floor(before / 64));
    });

    test('only the low 64 bits of the requested gas count', () => {
      const seen = (requested: string): unknown =>
        returned(`32 0 0 0 0 0x9a5 ${requested} CALL POP 0 MLOAD`, { others: { 2469: `GAS ${RETURN_TOP}` } });
      expect(seen('50000')).toBe(49_998);
      expect(seen(`${2n ** 64n + 50_000n}`)).toBe(49_998);
      expect(seen(`${2n ** 255n + 50_000n}`)).toBe(49_998);
      expect(seen(`${2n ** 64n}`)).toBe(0);
      expect(seen(`${2n ** 63n}`)).toBeGreaterThan(9_000_000);
    });

    test('a call to an account that does not exist costs 25,000, also without value and to a precompile', () => {
      const call = (address: string) => runCode(`0 0 0 0 0 ${address} 0 CALL`).spent;
      expect(call('ADDRESS')).toBe(5 * 3 + 2 + 3 + 40);
      expect(call('0x1234')).toBe(5 * 3 + 3 + 3 + 40 + 25_000);
      // With no gas handed over the identity precompile fails for want of 15.
      expect(call('4')).toBe(5 * 3 + 3 + 3 + 40 + 25_000);
      expect(runCode('0 0 0 0 0x1234 0 STATICCALL').spent).toBe(6 * 3 + 40);
    });

    test('a call with value fails for lack of balance, and leaves its stipend', () => {
      const { spent } = runCode('0 0 0 0 1 ADDRESS 0 CALL');
      expect(spent).toBe(6 * 3 + 2 + 40 + 9000 - 2300);
      expect(returned('0 0 0 0 1 ADDRESS 0 CALL')).toBe(0);
    });
  });

  describe('work limits', () => {
    const endless = 'loop: @loop JUMP';

    test('an endless loop ends at the bound of work', () => {
      const meter = new GasMeter({ gas: 6_000_000, expired: () => false });
      expect(() => runCode(endless, { gas: 2n ** 64n - 1n, meter })).toThrow(WorkLimitExceeded);
    });

    test('and when its time is over', () => {
      let asked = 0;
      const meter = new GasMeter({ gas: 2 ** 50, expired: () => ++asked === 3 });
      expect(() => runCode(endless, { gas: 2n ** 64n - 1n, meter })).toThrow('out of time');
    });

    test('gas that failing frames forfeit is no work', () => {
      const meter = new GasMeter({ gas: 1_000_000, expired: () => false });
      const program = `${'0 0 0 0 0 0xbad GAS CALL POP '.repeat(5)} 1 ${RETURN_TOP}`;
      const { status } = runCode(program, { gas: 2n ** 64n - 1n, meter, others: { 2989: 'fe!' } });
      expect(status).toBe('stopped');
    });

    test('a bounded run spends the same as an unbounded one', () => {
      const program = `${'0 0 0 0 0 ADDRESS 100000 CALL POP '.repeat(3)} GAS 0 MSTORE GAS 32 MSTORE 64 0 RETURN`;
      const plain = runCode(program, { gas: 40_000_000 });
      const bounded = runCode(program, {
        gas: 40_000_000,
        meter: new GasMeter({ gas: 2 ** 40, expired: () => false }),
      });
      expect(bounded.gasLeft).toBe(plain.gasLeft);
      expect(toHex(bounded.output)).toBe(toHex(plain.output));
    });
  });

  describe('calls', () => {
    test('return data is cut to the smaller length, the rest of the area stays', () => {
      const three = '0x010203 0 MSTORE 3 29 RETURN';
      const filled = `0x${'ff'.repeat(32)} 0 MSTORE`;
      expect(returned(`${filled} 2 0 0 0 0 0x300 GAS CALL POP 0 MLOAD`, { others: { 768: three } })).toBe(
        BigInt(`0x0102${'ff'.repeat(30)}`),
      );
      expect(returned('32 0 0 0 0 0x300 GAS CALL POP RETURNDATASIZE', { others: { 768: three } })).toBe(3);
    });

    test('RETURNDATACOPY beyond the end fails, also with length 0', () => {
      expect(runCode('1 0 0 RETURNDATACOPY').status).toBe('OutOfBounds');
      expect(runCode('0 1 0 RETURNDATACOPY').status).toBe('OutOfBounds');
      expect(runCode('0 0 0 RETURNDATACOPY').status).toBe('stopped');
    });

    test('DELEGATECALL keeps caller, value and storage; CALLCODE keeps storage only', () => {
      const who = 'CALLER 0 SSTORE CALLVALUE 1 SSTORE ADDRESS 2 SSTORE';
      const seen = (program: string): unknown[] => {
        const { world, status } = runCode(program, { value: 9, others: { 768: who } });
        expect(status).toBe('stopped');
        return [0, 1, 2].map((slot) => world.load(CONTRACT, slot));
      };
      expect(seen('0 0 0 0 0x300 GAS DELEGATECALL')).toEqual([0xca11, 9, CONTRACT]);
      expect(seen('0 0 0 0 0 0x300 GAS CALLCODE')).toEqual([CONTRACT, 0, CONTRACT]);
    });

    test('what a failing frame did is undone: state, logs, refund, marks', () => {
      const vandal = '7 0 SSTORE 0 0 SSTORE 0 0 LOG0 0 0 0 0 0 0x302 GAS CALL fe!';
      const { world, machine, status } = runCode('0 0 0 0 0x301 GAS DELEGATECALL 0 0 LOG0', {
        others: { 769: vandal, 770: '0 SELFDESTRUCT' },
      });
      expect(status).toBe('stopped');
      expect(world.load(CONTRACT, 0)).toBe(0);
      expect(machine.logs.length).toBe(1);
      expect(machine.refund).toBe(0);
      expect(machine.destroyed.count).toBe(0);
    });

    test('the static flag is inherited', () => {
      const program = '0 0 0 0 0x301 GAS STATICCALL POP 3 SLOAD';
      const others = { 769: '0 0 0 0 0 0x302 GAS CALL 0 MSTORE 32 0 RETURN', 770: '1 3 SSTORE' };
      expect(returned(`32 0 0 0 0x301 GAS STATICCALL POP 0 MLOAD`, { others })).toBe(0);
      expect(returned(program, { others })).toBe(0);
    });
  });

  describe('creation', () => {
    test('collides with code or nonce, and loses its gas', () => {
      const twice = '0 0 0 0 CREATE2 POP 0 0 0 0 CREATE2';
      // Nothing is deployed, so the account has neither code nor nonce and may be replaced.
      expect(returned(twice)).not.toBe(0);
      // One byte of code: 01 MSTORE8 …; the second creation fails.
      const deploy = '0x600160005360016000f3 0 MSTORE 0 10 22 0 CREATE2';
      expect(returned(`${deploy} POP ${deploy}`)).toBe(0);
    });

    test('a deposit that cannot be paid undoes the creation', () => {
      const deploy = '0x6103e86000f3 0 MSTORE 6 26 0 CREATE';
      expect(returned(deploy, { gas: 600_000 })).not.toBe(0);
      expect(returned(deploy, { gas: 100_000 })).toBe(0);
    });

    test('what it earned before its deposit could not be paid is kept: refund and marks', () => {
      const init = assemble('1 0 SSTORE 0 0 SSTORE 0 0 0 0 0 0x302 GAS CALL POP 0x2000 0 RETURN');
      const program = `0x${toHex(init)} 0 MSTORE ${init.length} 0 0 CREATE ${RETURN_TOP}`;
      const { machine, world, output } = runCode(program, {
        gas: 300_000,
        others: { 770: '0 SELFDESTRUCT' },
      });
      expect(wordFromBytes(output)).toBe(0);
      expect(machine.refund).toBe(15_000 + 24_000);
      expect(machine.destroyed.addresses()).toEqual([0x302]);
      expect(world.nonce(CONTRACT)).toBe(1);
    });

    test('with value fails without counting the nonce', () => {
      const { world } = runCode('0 0 1 CREATE');
      expect(world.nonce(CONTRACT)).toBe(0);
      expect(runCode('0 0 0 CREATE').world.nonce(CONTRACT)).toBe(1);
    });

    test('return data is there after a revert only', () => {
      const reverting = '0x602a60005260206000fd 0 MSTORE 10 22 0 CREATE POP RETURNDATASIZE';
      const returning = '0x602a60005260206000f3 0 MSTORE 10 22 0 CREATE POP RETURNDATASIZE';
      expect(returned(reverting)).toBe(32);
      expect(returned(returning)).toBe(0);
    });
  });

  test('copies of length 0 touch nothing, wherever they point', () => {
    const far = `0x${'ff'.repeat(32)}`;
    for (const opcode of ['CALLDATACOPY', 'CODECOPY']) {
      expect(runCode(`0 ${far} ${far} ${opcode} MSIZE ${RETURN_TOP}`).output).toEqual(new Uint8Array(32));
    }
    expect(runCode(`0 ${far} ${far} 0 EXTCODECOPY`).status).toBe('stopped');
    expect(runCode(`0 ${far} SHA3`).status).toBe('stopped');
    expect(runCode(`0 ${far} LOG0`).status).toBe('stopped');
    expect(runCode(`0 ${far} RETURN`).status).toBe('stopped');
    expect(runCode(`0 0 ${far} CREATE`).status).toBe('stopped');
  });

  test('a jump may land in push data', () => {
    expect(runCode('4 JUMP 0x5b 0 0').status).toBe('stopped');
    expect(runCode('3 JUMP 0').status).toBe('InvalidJumpDestination');
    expect(runCode(`0x${'ff'.repeat(32)} JUMP`).status).toBe('InvalidJumpDestination');
    expect(runCode(`0 0x${'ff'.repeat(32)} JUMPI`).status).toBe('stopped');
  });
});
