import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { Lane, laneOf } from './priority.ts';

describe('laneOf', () => {
  it.each([
    ['consensus', 'vote', Lane.High],
    ['consensus', 'send_tx', Lane.High],
    ['controller', 'chain_status', Lane.High],
    ['controller', 'chain_status_init', Lane.High],
    ['controller', 'chain_status_respond', Lane.Answer],
    ['controller', 'sync_block_respond', Lane.Answer],
    ['controller', 'sync_tx_respond', Lane.Answer],
    ['controller', 'send_tx', Lane.Data],
    ['controller', 'send_txs', Lane.Data],
    ['controller', 'sync_block', Lane.Data],
    ['anything', '', Lane.High],
  ])('%s, %s', (module, type, lane) => {
    expect(laneOf({ module, type }, LIMITS.chunkBytes)).toBe(lane);
    expect(laneOf({ module, type }, LIMITS.chunkBytes + 1)).toBe(lane + 1);
  });
});
