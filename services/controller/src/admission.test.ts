import { loadSuite } from '@hexapod/crypto/suite';
import { RawTransaction, Transaction, UtxoTransaction, type Witness } from '@hexapod/protocol/blockchain';
import { zero } from '@hexapod/protocol/bytes';
import { transactionHash } from '@hexapod/protocol/rules';
import { Code, codeName } from '@hexapod/protocol/status-code';
import { describe, expect, it } from 'vitest';
import { account, normal, utxo } from '../test/support/accounts.ts';
import { type ChainView, checkAgain, checkAgainstChain, checkForm, type FormRules } from './admission.ts';
import { type HashKey, hashKey } from './hash-key.ts';
import { initialConfig, LockId, NEVER_CHANGED, type SystemConfig } from './system-config.ts';
import { chainTransaction } from './transaction.ts';

const suite = await loadSuite('eth');
const user = account(suite, 1);
const admin = account(suite, 2);
const chainId = new Uint8Array(32).fill(7);
const HEIGHT = 100n;
const BLOCK_LIMIT = 20n;
const QUOTA_LIMIT = 1_000_000n;

const config: SystemConfig = initialConfig({
  version: 0,
  chainId,
  admin: admin.address,
  blockInterval: 3,
  validators: [],
  emergencyBrake: false,
  blockLimit: BLOCK_LIMIT,
  quotaLimit: QUOTA_LIMIT,
});
const form: FormRules = {
  hashLength: 32,
  signatureLength: suite.signatureLength,
  hash: (data) => suite.hash(data),
};

function view(changes: Partial<ChainView> = {}): ChainView {
  return { height: HEIGHT, config, inHistory: () => false, ...changes };
}

const good: Partial<Transaction> = { chainId, validUntilBlock: HEIGHT + 1n, nonce: 'n', to: user.address };
const transaction = (fields: Partial<Transaction> = {}) => normal(suite, user, { ...good, ...fields });

/** A normal transaction with parts taken away or replaced after signing. */
function damaged(change: {
  transaction?: undefined;
  transactionHash?: Uint8Array;
  witness?: Witness | undefined;
}): RawTransaction {
  const { tx } = transaction();
  if (tx?.case !== 'normalTx') throw new Error('made above');
  return { tx: { case: 'normalTx', value: { ...tx.value, ...change } } };
}

const code = (raw: RawTransaction, chain = view()) =>
  codeName(checkAgainstChain(raw, chain, Code.NoTransaction));

describe('a normal transaction against the chain (controller.md 6.1, rows 0 to 11)', () => {
  const braked = view({ config: { ...config, emergencyBrake: true } });
  it.each<[string, RawTransaction, ChainView, string]>([
    ['is good', transaction(), view(), 'Success'],
    ['row 0: neither kind', RawTransaction.create(), view(), 'NoTransaction'],
    ['row 1: no witness', damaged({ witness: undefined }), view(), 'NoneWitness'],
    ['row 1 comes before the brake', damaged({ witness: undefined }), braked, 'NoneWitness'],
    ['row 2: the brake', transaction(), braked, 'EmergencyBrake'],
    ['row 2 comes before the content', damaged({ transaction: undefined }), braked, 'EmergencyBrake'],
    ['row 3: no content', damaged({ transaction: undefined }), view(), 'NoneTransaction'],
    ['row 4: version', transaction({ version: 1 }), view(), 'InvalidVersion'],
    [
      'row 4 comes before the rest',
      transaction({ version: 1, to: zero(3), quota: 2n ** 64n - 1n }),
      view(),
      'InvalidVersion',
    ],
    ['row 5: `to` of 19 bytes', transaction({ to: zero(19) }), view(), 'InvalidTo'],
    ['row 5: `to` of 21 bytes', transaction({ to: zero(21) }), view(), 'InvalidTo'],
    ['row 5: no `to` creates', transaction({ to: zero(0) }), view(), 'Success'],
    ['row 6: nonce of 128 bytes', transaction({ nonce: 'n'.repeat(128) }), view(), 'Success'],
    ['row 6: nonce of 129 bytes', transaction({ nonce: 'n'.repeat(129) }), view(), 'InvalidNonce'],
    ['row 6 counts UTF-8 bytes', transaction({ nonce: 'ä'.repeat(65) }), view(), 'InvalidNonce'],
    ['row 7: expired', transaction({ validUntilBlock: HEIGHT }), view(), 'InvalidValidUntilBlock'],
    ['row 7: never valid', transaction({ validUntilBlock: 0n }), view(), 'InvalidValidUntilBlock'],
    ['row 7: the last height', transaction({ validUntilBlock: HEIGHT + BLOCK_LIMIT }), view(), 'Success'],
    [
      'row 7: too far',
      transaction({ validUntilBlock: HEIGHT + BLOCK_LIMIT + 1n }),
      view(),
      'InvalidValidUntilBlock',
    ],
    ['row 7: 2^64 - 1', transaction({ validUntilBlock: 2n ** 64n - 1n }), view(), 'InvalidValidUntilBlock'],
    ['row 8: value of 31 bytes', transaction({ value: zero(31) }), view(), 'InvalidValue'],
    ['row 8: no value', transaction({ value: zero(0) }), view(), 'InvalidValue'],
    ['row 9: chain id', transaction({ chainId: zero(32) }), view(), 'InvalidChainId'],
    ['row 9: chain id of 31 bytes', transaction({ chainId: chainId.subarray(1) }), view(), 'InvalidChainId'],
    ['row 10: quota at the limit', transaction({ quota: QUOTA_LIMIT }), view(), 'Success'],
    ['row 10: quota above it', transaction({ quota: QUOTA_LIMIT + 1n }), view(), 'QuotaUsedExceed'],
    ['row 11: in a recent block', transaction(), view({ inHistory: () => true }), 'HistoryDupTx'],
  ])('%s', (_, raw, chain, expected) => {
    expect(code(raw, chain)).toBe(expected);
  });

  it('asks the history for this hash', () => {
    const asked: HashKey[] = [];
    const raw = transaction();
    checkAgainstChain(raw, view({ inHistory: (key) => asked.push(key) === 0 }), Code.NoTransaction);
    expect(asked).toEqual([hashKey(raw.tx?.value.transactionHash ?? zero(0))]);
  });
});

describe('a utxo transaction against the chain (controller.md 6.3, rows 0 to 5)', () => {
  const change: Partial<UtxoTransaction> = {
    lockId: LockId.blockInterval,
    preTxHash: NEVER_CHANGED,
    output: zero(4),
  };
  const witnesses = (count: number): RawTransaction => {
    const inner = UtxoTransaction.create(change);
    const witness = { signature: zero(65), sender: admin.address };
    const value = {
      transaction: inner,
      transactionHash: zero(32),
      witnesses: Array.from({ length: count }, () => witness),
    };
    return { tx: { case: 'utxoTx', value } };
  };
  const empty: RawTransaction = {
    tx: {
      case: 'utxoTx',
      value: {
        transaction: undefined,
        transactionHash: zero(32),
        witnesses: [{ signature: zero(65), sender: admin.address }],
      },
    },
  };
  it.each<[string, RawTransaction, string]>([
    ['is good', utxo(suite, admin, change), 'Success'],
    ['row 1: no witness', witnesses(0), 'InvalidWitness'],
    ['row 1: two witnesses', witnesses(2), 'InvalidWitness'],
    ['row 2: somebody else', utxo(suite, user, change), 'AdminCheckError'],
    ['row 3: no content', empty, 'NoneUtxo'],
    ['row 4: version', utxo(suite, admin, { ...change, version: 9 }), 'InvalidVersion'],
    ['row 5: lock id 999', utxo(suite, admin, { ...change, lockId: 999n }), 'InvalidLockId'],
    ['row 5: lock id 1008', utxo(suite, admin, { ...change, lockId: 1008n }), 'InvalidLockId'],
    ['row 5: lock id 2^64 - 1', utxo(suite, admin, { ...change, lockId: 2n ** 64n - 1n }), 'InvalidLockId'],
    [
      'row 5: previous hash of 32 zero bytes',
      utxo(suite, admin, { ...change, preTxHash: zero(32) }),
      'InvalidPreHash',
    ],
    ['any output', utxo(suite, admin, { ...change, output: zero(0) }), 'Success'],
  ])('%s', (_, raw, expected) => {
    expect(code(raw)).toBe(expected);
  });

  it('passes the brake, an old height and the history', () => {
    const chain = view({ config: { ...config, emergencyBrake: true }, inHistory: () => true });
    expect(code(utxo(suite, admin, change), chain)).toBe('Success');
  });
});

describe('the form of a transaction (controller.md 6.1 rows 12 to 15, 6.2 step 1)', () => {
  const signature = zero(suite.signatureLength);
  it.each<[string, RawTransaction, FormRules, string]>([
    ['is good', transaction(), form, 'Success'],
    ['neither kind', RawTransaction.create(), form, 'NoneRawTx'],
    ['no witness', damaged({ witness: undefined }), form, 'NoneWitness'],
    ['no content', damaged({ transaction: undefined }), form, 'NoneTransaction'],
    ['hash of 31 bytes', damaged({ transactionHash: zero(31) }), form, 'HashLenError'],
    ['another hash', damaged({ transactionHash: zero(32) }), form, 'HashCheckError'],
    [
      'another hash, unknown suite',
      damaged({ transactionHash: zero(32) }),
      { hashLength: 32, signatureLength: 65 },
      'Success',
    ],
    [
      'signature too short',
      damaged({ witness: { signature: signature.subarray(1), sender: user.address } }),
      form,
      'SigLenError',
    ],
    [
      'signature too long',
      damaged({ witness: { signature: zero(66), sender: user.address } }),
      form,
      'SigLenError',
    ],
  ])('%s', (_, raw, rules, expected) => {
    expect(codeName(checkForm(raw, rules))).toBe(expected);
  });

  it('covers a utxo too', () => {
    const raw = utxo(suite, admin, { lockId: 1003n });
    expect(codeName(checkForm(raw, form))).toBe('Success');
    if (raw.tx?.case !== 'utxoTx') throw new Error('made above');
    const { value } = raw.tx;
    const without = (part: object): RawTransaction => ({
      tx: { case: 'utxoTx', value: { ...value, ...part } },
    });
    expect(codeName(checkForm(without({ witnesses: [] }), form))).toBe('InvalidWitness');
    expect(codeName(checkForm(without({ transaction: undefined }), form))).toBe('NoneUtxo');
    expect(codeName(checkForm(without({ transactionHash: zero(33) }), form))).toBe('HashLenError');
  });

  it('hashes as the chain does', () => {
    const inner = Transaction.create(good);
    expect(form.hash?.(Transaction.encode(inner))).toEqual(transactionHash(suite.hash, inner));
  });
});

describe('a pooled transaction, looked at again', () => {
  const again = (raw: RawTransaction, chain: ChainView) => {
    const tx = chainTransaction(raw);
    if (tx === undefined) throw new Error('made of whole parts');
    return codeName(checkAgain(tx, chain));
  };
  const change: Partial<UtxoTransaction> = { lockId: LockId.blockInterval, preTxHash: NEVER_CHANGED };
  const moved = { ...config, previousHashes: { ...config.previousHashes, blockInterval: zero(32) } };
  it.each<[string, RawTransaction, ChainView, string]>([
    ['still good', transaction(), view(), 'Success'],
    ['the brake', transaction(), view({ config: { ...config, emergencyBrake: true } }), 'EmergencyBrake'],
    ['another version', transaction(), view({ config: { ...config, version: 1 } }), 'InvalidVersion'],
    ['expired', transaction(), view({ height: HEIGHT + 1n }), 'InvalidValidUntilBlock'],
    [
      'quota limit lowered',
      transaction(),
      view({ config: { ...config, quotaLimit: 5n } }),
      'QuotaUsedExceed',
    ],
    ['in a block meanwhile', transaction(), view({ inHistory: () => true }), 'HistoryDupTx'],
    ['utxo: still good', utxo(suite, admin, change), view(), 'Success'],
    [
      'utxo: another admin',
      utxo(suite, admin, change),
      view({ config: { ...config, admin: user.address } }),
      'AdminCheckError',
    ],
    ['utxo: lock changed meanwhile', utxo(suite, admin, change), view({ config: moved }), 'InvalidPreHash'],
    [
      'utxo: another version',
      utxo(suite, admin, change),
      view({ config: { ...config, version: 1 } }),
      'InvalidVersion',
    ],
    ['utxo: no such lock', utxo(suite, admin, { ...change, lockId: 1n }), view(), 'InvalidLockId'],
  ])('%s', (_, raw, chain, expected) => {
    expect(again(raw, chain)).toBe(expected);
  });
});
