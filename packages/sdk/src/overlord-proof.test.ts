import { concatBytes, fromHex, toHex } from '@hexapod/protocol/bytes';
import { describe, expect, it } from 'vitest';
import { decodeOverlordProof, overlordVoters } from './overlord-proof.ts';

/** docs/protocol/consensus.md 9.3 */
const PROOF = fromHex(
  'f8890501a09e8b6d53ee60191adb5d47829b07463238ab0f9fe39dde61d8ee4936329e31fbf864b860a0f84c385124d99fdbbfd5ca0db480' +
    '5633eff4a7dc4d2825ee80f516fab0f772b52a7d21d8d8723420eb48d8b252b3980664d6332fee8485bb0a68a2f8c7e15620d84f6e7a9cf3' +
    '1df5eb804b91cdbe5d40792d657f4b1c19cfc122d910c336f181e0',
);

describe('a proof of consensus overlord', () => {
  it('is read', () => {
    const proof = decodeOverlordProof(PROOF);
    expect(proof).toMatchObject({ height: 5n, round: 1n });
    expect(toHex(proof.proposalHash)).toBe(
      '9e8b6d53ee60191adb5d47829b07463238ab0f9fe39dde61d8ee4936329e31fb',
    );
    expect(proof.signature).toHaveLength(96);
    expect(toHex(proof.addressBitmap)).toBe('e0');
  });

  it('counts the validators in the order of their addresses', () => {
    const [a, b, c] = [1, 2, 3].map((byte) => new Uint8Array(48).fill(byte));
    if (!a || !b || !c) throw new Error('unreachable');
    expect(overlordVoters({ addressBitmap: Uint8Array.of(0b1010_0000) }, [c, a, b])).toEqual([a, c]);
    expect(overlordVoters({ addressBitmap: new Uint8Array() }, [a])).toEqual([]);
  });

  it.each([
    ['nothing', new Uint8Array()],
    ['a cut one', PROOF.subarray(0, 100)],
    ['a byte too many', concatBytes(PROOF, Uint8Array.of(0))],
    ['a list that is too short', fromHex('c20580')],
    ['a height of nine bytes', fromHex('ca89010101010101010101')],
    ['lists in lists', new Uint8Array(64).fill(0xc1)],
    ['a length beyond the end', fromHex('ffffffffffffffffff')],
    ['bytes of another kind', new Uint8Array(200)],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeOverlordProof(bytes)).toThrow('not a proof of consensus overlord');
  });
});
