// Building, signing and sending, against the worked examples of docs/protocol/wire.md 16 and a chain in this process.

import { RpcError } from '@hexapod/common/rpc-error';
import { loadSuite } from '@hexapod/crypto/suite';
import type { RawTransaction } from '@hexapod/protocol/blockchain';
import { fromHex, toHex, Z33 } from '@hexapod/protocol/bytes';
import { SystemConfig } from '@hexapod/protocol/controller';
import { describe, expect, it } from 'vitest';
import { chainInProcess } from '../test/chain-in-process.ts';
import { accountOf } from './account.ts';
import { normalTransaction } from './normal-transaction.ts';
import { parsePosition } from './position.ts';
import { sendSystemChange } from './send-system-change.ts';
import { sendTransaction } from './send-transaction.ts';
import { signTransaction, signUtxoTransaction } from './sign-transaction.ts';
import { type SystemChange, utxoTransaction } from './system-change.ts';

const sm = await loadSuite('sm');
const eth = await loadSuite('eth');
const KEY = fromHex('ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690');
const CHAIN_ID = fromHex('63586a3c0255f337c77a777ff54f0040b8c388da04f23ecee6bfd4953a6512b4');

const EXAMPLE = normalTransaction(
  { to: new Uint8Array(20).fill(0x11), data: fromHex('4f2be91f'), quota: 3_000_000n },
  { version: 0, chainId: CHAIN_ID, validUntilBlock: 100n },
  '12345678',
);

describe('a signed normal transaction', () => {
  it.each([
    [sm, '2f8231e2e39122788c46872bc0cf0964e10a3667999b710a972aa033a79d67f4'],
    [eth, 'fca25ae6184ea483cd659436e3dad9671b0958f954f524f099b27d38803780ef'],
  ])('of suite $name has the hash of the example and its own signature over it', (suite, hash) => {
    const account = accountOf(suite, KEY);
    const signed = signTransaction(account, EXAMPLE);
    expect(toHex(signed.hash)).toBe(hash);
    if (signed.raw.tx?.case !== 'normalTx') throw new Error('wrong kind');
    const { transactionHash, witness } = signed.raw.tx.value;
    expect(transactionHash).toEqual(signed.hash);
    expect(witness?.sender).toEqual(account.address);
    expect(suite.recover(signed.hash, witness?.signature ?? new Uint8Array())).toEqual(account.address);
  });

  it('on an eth chain is signed over the hash itself', () => {
    const { raw } = signTransaction(accountOf(eth, KEY), EXAMPLE);
    if (raw.tx?.case !== 'normalTx') throw new Error('wrong kind');
    expect(toHex(raw.tx.value.witness?.signature ?? new Uint8Array())).toBe(
      '018e6799feaa574de05b9ec7a2ee4488de185404acd4432d14c06d082e92144b2bde0d006b61d5553b4abe7b3a181d3b26b342d05e1aa119ad05cac46edc0b2200',
    );
  });

  it('differs from the next one by its nonce', () => {
    const intent = { to: new Uint8Array(), data: new Uint8Array(), quota: 1n };
    const validity = { version: 0, chainId: CHAIN_ID, validUntilBlock: 1n };
    const [first, second] = [normalTransaction(intent, validity), normalTransaction(intent, validity)];
    expect(first.nonce).not.toBe(second.nonce);
    expect(BigInt(first.nonce)).toBeLessThan(2n ** 64n);
    expect(first.value).toHaveLength(32);
  });
});

const CONFIG = SystemConfig.create({
  chainId: CHAIN_ID,
  adminPreHash: fromHex('01'.repeat(32)),
  blockIntervalPreHash: Z33,
  validatorsPreHash: Z33,
  emergencyBrakePreHash: Z33,
  quotaLimitPreHash: Z33,
});

describe('a change of the system configuration', () => {
  it.each<[SystemChange, string, string]>([
    [
      { item: 'block-interval', seconds: 6 },
      '00000006',
      '2841262b17abd77ae610a0fba0f5647b309ac035bde907fae002c23f91201872',
    ],
    [
      { item: 'emergency-brake', isOn: false },
      '',
      '11ec5306f8f4ba98feaa5d6ce225a3d01fc968665d2f277695a3754685240653',
    ],
  ])('%o is the utxo transaction of the example', (change, output, hash) => {
    const transaction = utxoTransaction(change, CONFIG);
    expect(toHex(transaction.output)).toBe(output);
    expect(toHex(signUtxoTransaction(accountOf(sm, KEY), transaction).hash)).toBe(hash);
  });

  it.each<[SystemChange, bigint, string]>([
    [{ item: 'admin', address: new Uint8Array(20).fill(7) }, 1002n, '07'.repeat(20)],
    [
      { item: 'validators', addresses: [new Uint8Array(20).fill(1), new Uint8Array(20).fill(2)] },
      1004n,
      '01'.repeat(20) + '02'.repeat(20),
    ],
    [{ item: 'emergency-brake', isOn: true }, 1005n, '00'],
    [{ item: 'quota-limit', quota: 2_147_483_648n }, 1007n, '0000000080000000'],
  ])('%o', (change, lockId, output) => {
    const transaction = utxoTransaction(change, CONFIG);
    expect(transaction.lockId).toBe(lockId);
    expect(toHex(transaction.output)).toBe(output);
  });

  it('points back to the last change of the same item', () => {
    const transaction = utxoTransaction({ item: 'admin', address: new Uint8Array(20) }, CONFIG);
    expect(transaction.preTxHash).toEqual(CONFIG.adminPreHash);
  });
});

/** A controller that takes everything, and what it was sent. */
function chainAt(height: bigint, refusal?: RpcError) {
  const sent: RawTransaction[] = [];
  const chain = chainInProcess({
    controller: {
      getBlockNumber: () => ({ blockNumber: height }),
      getSystemConfig: () => CONFIG,
      sendRawTransaction: (raw) => {
        if (refusal) throw refusal;
        sent.push(raw);
        return { hash: raw.tx?.value.transactionHash ?? new Uint8Array() };
      },
    },
  });
  return { chain, sent };
}

describe('sending', () => {
  const intent = { to: new Uint8Array(20), data: fromHex('4f2be91f'), quota: 200_000n };

  it('fills in what the chain wants and returns the hash', async () => {
    const { chain, sent } = chainAt(12n);
    const hash = await sendTransaction(chain, accountOf(sm, KEY), intent);
    const [raw] = sent;
    if (raw?.tx?.case !== 'normalTx') throw new Error('nothing was sent');
    expect(raw.tx.value.transaction).toMatchObject({
      ...intent,
      chainId: CHAIN_ID,
      version: 0,
      validUntilBlock: 107n,
    });
    expect(hash).toEqual(raw.tx.value.transactionHash);
  });

  it('takes the height until which it is valid', async () => {
    const { chain, sent } = chainAt(12n);
    await sendTransaction(chain, accountOf(sm, KEY), intent, parsePosition('500'));
    expect(sent[0]?.tx?.value.transaction).toMatchObject({ validUntilBlock: 500n });
  });

  it("throws the chain's refusal", async () => {
    const { chain } = chainAt(12n, new RpcError(3, 'EmergencyBrake'));
    await expect(sendTransaction(chain, accountOf(sm, KEY), intent)).rejects.toMatchObject({
      details: 'EmergencyBrake',
    });
  });

  it('sends a change of the configuration', async () => {
    const { chain, sent } = chainAt(12n);
    const hash = await sendSystemChange(chain, accountOf(sm, KEY), { item: 'block-interval', seconds: 6 });
    expect(toHex(hash)).toBe('2841262b17abd77ae610a0fba0f5647b309ac035bde907fae002c23f91201872');
    expect(sent[0]?.tx?.case).toBe('utxoTx');
  });
});
