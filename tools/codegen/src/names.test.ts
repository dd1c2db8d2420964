import { expect, test } from 'vitest';
import { camelCase, enumName, methodKey, moduleName, valueName } from './names.ts';

test.each([
  [moduleName, 'vm/evm.proto', 'evm'],
  [moduleName, 'health_check.proto', 'health-check'],
  [moduleName, 'status_code.proto', 'code'],
  [camelCase, 'transactions_root', 'transactionsRoot'],
  [camelCase, 'prevhash', 'prevhash'],
  [enumName, 'Regions', 'Region'],
  [enumName, 'ServingStatus', 'ServingStatus'],
  [valueName, 'All_BLOCK_DATA', 'allBlockData'],
  [valueName, 'TRANSACTION_HASH2BLOCK_HEIGHT', 'transactionHash2blockHeight'],
  [valueName, 'GLOBAL', 'global'],
  [valueName, 'NoneUtxo', 'NoneUtxo'],
  [methodKey, 'GetBlockNumber', 'getBlockNumber'],
])('%o of %s is %s', (rule, name, wanted) => {
  expect(rule(name)).toBe(wanted);
});
