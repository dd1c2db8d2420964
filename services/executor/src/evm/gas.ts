/** Prices beyond the tiers (docs/protocol/executor.md 5.3, 4.4, 4.5): mostly those of Ethereum's first years. */
export const GAS = {
  exp: 10,
  expByte: 10,
  sha3: 30,
  sha3Word: 6,
  copyWord: 3,
  balance: 20,
  selfBalance: 5,
  chainId: 2,
  extCode: 20,
  extCodeHash: 400,
  sload: 50,
  sstoreSet: 20_000,
  sstoreReset: 5_000,
  sstoreClearRefund: 15_000,
  jumpDest: 1,
  log: 375,
  logTopic: 375,
  logByte: 8,
  create: 32_000,
  create2Word: 6,
  codeDepositByte: 200,
  call: 40,
  callNewAccount: 25_000,
  callValue: 9_000,
  callStipend: 2_300,
  selfDestructRefund: 24_000,
} as const;

/** Words of 32 bytes that hold a number of bytes. */
export function words(bytes: number): number {
  return Math.ceil(bytes / 32);
}
