import { fromHex, toHex } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCall, selectorOf } from './call-data.ts';

const ADDRESS = fromHex('11'.repeat(20));

describe('call data', () => {
  it.each([
    ['add()', '4f2be91f'],
    ['count()', '06661abd'],
    ['transfer(address,uint256)', 'a9059cbb'],
  ])('the selector of %s', (signature, selector) => {
    expect(toHex(selectorOf(signature))).toBe(selector);
  });

  it('encodes the arguments of fixed size', () => {
    expect(toHex(encodeCall('transfer(address,uint256)', [ADDRESS, 10n ** 18n]))).toBe(
      'a9059cbb00000000000000000000000011111111111111111111111111111111111111110000000000000000000000000000000000000000000000000de0b6b3a7640000',
    );
    expect(toHex(encodeCall('f(bool,int8,bytes4)', [true, -1, fromHex('4f2be91f')])).slice(8)).toBe(
      `${'0'.repeat(63)}1${'f'.repeat(64)}4f2be91f${'0'.repeat(56)}`,
    );
    expect(encodeCall('add()')).toEqual(fromHex('4f2be91f'));
  });

  it('keeps every number of a type', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }), (value) => {
        const word = encodeCall('f(int128)', [value]).subarray(4);
        return BigInt.asIntN(256, BigInt(`0x${toHex(word)}`)) === value;
      }),
    );
  });

  it.each([
    ['f(uint8)', [256n]],
    ['f(uint8)', [-1n]],
    ['f(int8)', [128]],
    ['f(int8)', [-129]],
    ['f(uint256)', [1.5]],
    ['f(uint256)', [true]],
    ['f(uint7)', [1]],
    ['f(uint512)', [1]],
    ['f(address)', [new Uint8Array(19)]],
    ['f(bytes33)', [new Uint8Array(33)]],
    ['f(bytes)', [new Uint8Array(1)]],
    ['f(bool)', [1]],
    ['f(string)', [ADDRESS]],
    ['f(uint256[])', [1n]],
    ['f(uint256)', []],
    ['f()', [1n]],
    ['transfer', []],
    ['f((uint256))', [1n]],
  ])('%s with %s is refused', (signature, args) => {
    expect(() => encodeCall(signature, args)).toThrow();
  });
});
