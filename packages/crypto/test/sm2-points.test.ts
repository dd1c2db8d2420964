// The points of the SM2 kernel beside those of @noble/curves: every special case on purpose, then long walks.

import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { N, P } from '../src/sm2-curve.ts';
import { inverse, mod, numbersAt, pairAt, parts, recoded, writeNumbers } from './sm2-parts.ts';
import { Point } from './sm2-reference.ts';

const { PLUS, MINUS, XY, ZZ } = parts;
const POINT_XY = pairAt(0);
const POINT_ZZ = pairAt(1);
const POINT_Z = pairAt(2);
const START_XY = pairAt(3);
const START_ZZ = pairAt(4);

/** A form of the accumulator: how to put a point there, and to add, double and read. */
interface Form {
  readonly name: string;
  set(point: Point, z: bigint): void;
  add(point: Point, z: bigint, sign: number): void;
  double(): void;
  /** x and y of the accumulator. */
  affine(): { x: bigint; y: bigint };
}

const jacobian: Form = {
  name: 'Jacobian',
  set(point, z) {
    const { x, y } = point.toAffine();
    writeNumbers(START_XY, mod(x * z * z), mod(y * z * z * z));
    writeNumbers(START_ZZ, z, z);
    parts.setPoint(START_XY, START_ZZ);
  },
  add(point, z, sign) {
    const { x, y } = point.toAffine();
    writeNumbers(POINT_XY, mod(x * z * z), mod(y * z * z * z));
    writeNumbers(POINT_ZZ, mod(z * z), mod(z * z * z));
    writeNumbers(POINT_Z, z, z);
    parts.addJacobian(POINT_XY, POINT_ZZ, POINT_Z, sign);
  },
  double: parts.double,
  affine() {
    const [X, Y] = numbersAt(XY.value);
    const [Z, same] = numbersAt(ZZ.value);
    expect(same).toBe(Z);
    const inverseZ = inverse(Z, P);
    return { x: mod(X * inverseZ ** 2n), y: mod(Y * inverseZ ** 3n) };
  },
};

const xyzz: Form = {
  name: 'XYZZ',
  set(point, z) {
    const { x, y } = point.toAffine();
    writeNumbers(START_XY, mod(x * z * z), mod(y * z * z * z));
    writeNumbers(START_ZZ, mod(z * z), mod(z * z * z));
    parts.setPoint(START_XY, START_ZZ);
  },
  add(point, _z, sign) {
    const { x, y } = point.toAffine();
    writeNumbers(POINT_XY, x, y);
    parts.addAffine(POINT_XY, sign);
  },
  double: parts.doubleXyzz,
  affine() {
    const [X, Y] = numbersAt(XY.value);
    const [squared, cubed] = numbersAt(ZZ.value);
    expect(mod(squared ** 3n)).toBe(mod(cubed ** 2n));
    return { x: mod(X * inverse(squared, P)), y: mod(Y * inverse(cubed, P)) };
  },
};

const times = (scalar: bigint): Point => Point.BASE.multiply(scalar);
const Z1 = 1n;
const Z2 = 0x1234567890abcdefn ** 4n % P;
const Z3 = P - 3n;

describe.each([jacobian, xyzz])('$name', (form) => {
  const expectPoint = (point: Point): void => {
    if (point.is0()) {
      expect(parts.atInfinity()).toBe(1);
      return;
    }
    expect(parts.atInfinity()).toBe(0);
    expect(form.affine()).toEqual(point.toAffine());
  };

  beforeEach(() => parts.clear());

  test.each([Z1, Z2, Z3])('infinity plus a point is the point, minus it its opposite (z %i)', (z) => {
    form.add(times(5n), z, PLUS.value);
    expectPoint(times(5n));
    parts.clear();
    form.add(times(5n), z, MINUS.value);
    expectPoint(times(N - 5n));
  });

  test('twice infinity is infinity', () => {
    form.double();
    expect(parts.atInfinity()).toBe(1);
  });

  test.each([
    [Z1, Z1],
    [Z2, Z3],
    [Z3, Z1],
  ])('a point plus itself is doubled, minus itself infinity, in whatever coordinates', (z, otherZ) => {
    for (const scalar of [1n, 2n, N - 1n, 0xabcdefn]) {
      form.set(times(scalar), z);
      form.add(times(scalar), otherZ, PLUS.value);
      expectPoint(times((2n * scalar) % N));
      form.set(times(scalar), z);
      form.add(times(scalar), otherZ, MINUS.value);
      expectPoint(Point.ZERO);
      form.set(times(scalar), z);
      form.add(times(N - scalar), otherZ, PLUS.value);
      expectPoint(Point.ZERO);
    }
  });

  test('what was infinity on the way goes on', () => {
    form.set(times(7n), Z2);
    form.add(times(7n), Z3, MINUS.value);
    form.double();
    form.add(times(3n), Z2, PLUS.value);
    form.double();
    expectPoint(times(6n));
  });

  test('a point with x = 1, and one with y = 1', () => {
    const smallX = Point.fromAffine({
      x: 1n,
      y: 0x9f7a091433a81e3f218f405f792355bf2aa98b5ffa95982f03870800065279a3n,
    });
    const smallY = Point.fromAffine({
      x: 0x9c17043effe1a805a74a9a5e70b9d659705d3242094a566dc016f49311178d1fn,
      y: 1n,
    });
    form.set(smallX, Z1);
    form.double();
    form.add(smallY, Z2, PLUS.value);
    form.add(smallX, Z2, MINUS.value);
    expectPoint(smallX.add(smallY));
  });

  test('long walks: hundreds of steps without anybody tidying up', () => {
    const step = fc.constantFrom('double', 'plus', 'minus', 'plus itself', 'minus itself', 'plus G');
    const z = fc.bigInt({ min: 1n, max: P - 1n });
    const scalar = fc.bigInt({ min: 1n, max: N - 1n });
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 150 }), z, scalar, (steps, otherZ, first) => {
        const other = times(first);
        let point = Point.ZERO;
        parts.clear();
        for (const what of steps) {
          if (what === 'double') {
            form.double();
            point = point.double();
          } else if (what === 'plus G') {
            form.add(Point.BASE, Z1, PLUS.value);
            point = point.add(Point.BASE);
          } else {
            const added = what.endsWith('itself') ? point : other;
            if (added.is0()) continue;
            const isMinus = what.startsWith('minus');
            form.add(added, otherZ, (isMinus ? MINUS : PLUS).value);
            point = isMinus ? point.subtract(added) : point.add(added);
          }
        }
        expectPoint(point);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the digits of a scalar', () => {
  const edges = [
    ...[0n, 1n, 2n, 3n, N - 1n, N - 2n, N >> 1n, (N >> 1n) + 1n],
    ...[1n, 15n, 16n, 63n, 64n, 65n, 127n, 128n, 191n, 192n, 254n, 255n].flatMap((bit) => [
      1n << bit,
      (1n << bit) - 1n,
      (1n << bit) + 1n,
    ]),
    BigInt(`0x${'5'.repeat(64)}`),
    BigInt(`0x${'a'.repeat(64)}`),
  ];

  test.each([2, 5, 6, 10, 15])('stand for it, far apart, odd and small (width %i)', (width) => {
    const scalar = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: 0n, max: N - 1n }));
    const limit = 2 ** (width - 1);
    const expectDigits = (value: bigint): void => {
      const { value: stoodFor, digits } = recoded(value, width);
      expect(stoodFor).toBe(value);
      let last = -width;
      digits.forEach((digit, position) => {
        if (digit === 0) return;
        expect(Math.abs(digit) % 2 === 1 && Math.abs(digit) < limit && position - last >= width).toBe(true);
        last = position;
      });
    };
    edges.forEach(expectDigits);
    fc.assert(fc.property(scalar, expectDigits), { numRuns: 200 });
  });
});
