import { loadSuite } from '@hexapod/crypto/suite';
import { describe, expect, it } from 'vitest';
import { account, normal, utxo } from '../test/support/accounts.ts';
import { Pool } from './pool.ts';
import { type ChainTransaction, chainTransaction } from './transaction.ts';

const suite = await loadSuite('eth');
const user = account(suite, 1);

function tx(nonce: string, validUntilBlock = 10n): ChainTransaction {
  const made = chainTransaction(normal(suite, user, { nonce, validUntilBlock }));
  if (made === undefined) throw new Error('made of whole parts');
  return made;
}

describe('the pool', () => {
  it('keeps the order of arrival and refuses a second of the same hash', () => {
    const pool = new Pool({ maxCount: 10, maxBytes: 10_000 });
    const [a, b] = [tx('a'), tx('b')];
    expect([pool.insert(a), pool.insert(b), pool.insert(a)]).toEqual(['inserted', 'inserted', 'duplicate']);
    expect([...pool.values()]).toEqual([a, b]);
    expect(pool.bytes).toBe(a.bytes.length + b.bytes.length);
    pool.remove(a.key);
    pool.remove(a.key);
    expect([...pool.values()]).toEqual([b]);
    expect(pool.bytes).toBe(b.bytes.length);
  });

  it('is bounded by count', () => {
    const pool = new Pool({ maxCount: 2, maxBytes: 10_000 });
    expect(['a', 'b', 'c'].map((nonce) => pool.insert(tx(nonce)))).toEqual(['inserted', 'inserted', 'full']);
    expect(pool.hasRoom(1, 0)).toBe(false);
  });

  it('is bounded by bytes, to the byte', () => {
    const [a, b] = [tx('a'), tx('b')];
    const pool = new Pool({ maxCount: 10, maxBytes: a.bytes.length + b.bytes.length });
    expect(pool.hasRoom(2, a.bytes.length + b.bytes.length + 1)).toBe(false);
    expect([pool.insert(a), pool.insert(b), pool.insert(tx('c'))]).toEqual(['inserted', 'inserted', 'full']);
  });

  it('drops what no block above the head can take, but never a utxo', () => {
    const pool = new Pool({ maxCount: 10, maxBytes: 10_000 });
    const change = chainTransaction(utxo(suite, user, { lockId: 1003n }));
    if (change === undefined) throw new Error('made of whole parts');
    const [early, late] = [tx('early', 8n), tx('late', 9n)];
    for (const each of [early, late, change]) pool.insert(each);
    expect(pool.dropExpired(6n)).toBe(0);
    expect(pool.dropExpired(7n)).toBe(1);
    expect([...pool.values()]).toEqual([late, change]);
    expect(pool.dropExpired(100n)).toBe(1);
    expect(pool.bytes).toBe(change.bytes.length);
  });
});
