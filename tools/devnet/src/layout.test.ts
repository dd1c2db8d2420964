import { expect, test } from 'vitest';
import { basePortRange, MAX_NODES, nodeLayout, portsOf } from './layout.ts';

test('the ports of a node follow from the base port', () => {
  const node = nodeLayout('/data', 50_000, 3);
  expect(node.ports).toEqual({
    network: 53_000,
    consensus: 53_001,
    executor: 53_002,
    storage: 53_003,
    controller: 53_004,
    crypto: 53_005,
  });
  expect(node.metricsPorts.crypto).toBe(60_305);
  expect(node.linkPort).toBe(40_003);
  expect(node.directory).toBe('/data/devnet-3');
});

test.each([1, 4, MAX_NODES])(
  'all ports of %i nodes differ and are ports, at both ends of the range',
  (nodes) => {
    const { min, max } = basePortRange(nodes);
    for (const basePort of [min, max, 50_000]) {
      const ports = Array.from({ length: nodes }, (_, i) => portsOf(nodeLayout('/data', basePort, i))).flat();
      const numbers = ports.map(({ port }) => port);
      expect(new Set(numbers).size).toBe(nodes * 13);
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(1024);
      expect(Math.max(...numbers)).toBeLessThanOrEqual(65_535);
    }
  },
);
