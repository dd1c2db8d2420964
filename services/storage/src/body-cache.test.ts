import { expect, test } from 'vitest';
import { BodyCache } from './body-cache.ts';

test('keeps what was used lately, within its bytes', () => {
  const cache = new BodyCache(100);
  cache.set('a', new Uint8Array(40));
  cache.set('b', new Uint8Array(40));
  expect(cache.get('a')?.length).toBe(40);
  cache.set('c', new Uint8Array(40));
  expect([cache.get('a')?.length, cache.get('b'), cache.get('c')?.length]).toEqual([40, undefined, 40]);
  expect(cache.bytes).toBe(80);
});

test('does not keep a body larger than itself, nor count one twice', () => {
  const cache = new BodyCache(100);
  cache.set('large', new Uint8Array(101));
  expect([cache.get('large'), cache.bytes]).toEqual([undefined, 0]);
  cache.set('a', new Uint8Array(60));
  cache.set('a', new Uint8Array(60));
  expect(cache.bytes).toBe(60);
});
