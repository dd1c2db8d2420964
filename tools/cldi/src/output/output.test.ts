import { describe, expect, it } from 'vitest';
import { formatJson } from './json.ts';
import { nodeStatusJson } from './node-status.ts';
import { overlordProofJson } from './proof.ts';
import { elapsedTime, localTime } from './time.ts';
import { transactionJson } from './transaction.ts';

describe('JSON', () => {
  it('has sorted keys, two blanks of indentation and exact integers', () => {
    const value = { b: 2n ** 64n - 1n, a: [], c: { z: {}, y: ['"', 1, true, null] } };
    expect(formatJson(value)).toBe(`{
  "a": [],
  "b": 18446744073709551615,
  "c": {
    "y": [
      "\\"",
      1,
      true,
      null
    ],
    "z": {}
  }
}`);
    expect(formatJson({ b: 1, a: 2 }, 'given')).toBe('{\n  "b": 1,\n  "a": 2\n}');
  });
});

describe('time', () => {
  it.each([
    [1668584866014n, 480, '2022-11-16 15:47:46 +08:00'],
    [1795359823735n, 0, '2026-11-22 15:03:43 +00:00'],
    [0n, -210, '1969-12-31 20:30:00 -03:30'],
    [2n ** 64n - 1n, 0, 'out of range'],
  ])('%s with an offset of %s minutes', (timestamp, offset, text) => {
    expect(localTime(timestamp, offset)).toBe(text);
  });

  it("is the machine's by default", () => {
    const now = BigInt(Date.now());
    expect(localTime(now)).toBe(localTime(now, -new Date().getTimezoneOffset()));
  });

  it.each([
    [0n, '00:00'],
    [59_999n, '00:59'],
    [3_599_000n, '59:59'],
    [3_600_000n, '01:00:00'],
    [360_000_000n, '100:00:00'],
  ])('that has passed, %s ms', (ms, text) => {
    expect(elapsedTime(ms)).toBe(text);
  });
});

describe('messages of nodes that leave things out', () => {
  it('a node status without parts, and an address of another form', () => {
    const status = { isSync: true, version: '6.6.3', peerStatus: [], connectedPeerCount: 0n };
    expect(nodeStatusJson(status)).toMatchObject({ self_status: {}, connected_peers_info: [] });
    const info = { nodes: [{ multiAddress: '/ip4/1.2.3.4/udp/1/quic', origin: 1n }] };
    expect(nodeStatusJson({ ...status, connectedPeersInfo: info })).toMatchObject({
      connected_peers_info: [{ address: '/ip4/1.2.3.4/udp/1/quic' }],
    });
  });

  it('a transaction of no kind, and one without its parts', () => {
    expect(transactionJson({})).toEqual({});
    const empty = { transactionHash: new Uint8Array(), witnesses: [] };
    expect(transactionJson({ tx: { case: 'utxoTx', value: empty } })).toEqual({
      type: 'Utxo',
      transaction: { transaction: {}, transaction_hash: '0x', witnesses: [] },
    });
  });
});

describe('an overlord proof', () => {
  const proof = {
    height: 5n,
    round: 1n,
    proposalHash: new Uint8Array(32),
    signature: new Uint8Array(96),
    addressBitmap: Uint8Array.of(0b0110_0000),
  };
  const [a, b, c] = [1, 2, 3].map((byte) => new Uint8Array(48).fill(byte));

  it('marks who voted, in the order of the configuration', () => {
    if (!a || !b || !c) throw new Error('unreachable');
    expect(overlordProofJson(proof, [c, a, b])).toMatchObject({
      address_bitmap: '011',
      validators: [`*0x${'03'.repeat(48)}`, `0x${'01'.repeat(48)}`, `*0x${'02'.repeat(48)}`],
    });
  });

  it('shows all bits when the validators are not known', () => {
    expect(overlordProofJson(proof, [])).toMatchObject({ address_bitmap: '01100000', validators: [] });
  });
});
