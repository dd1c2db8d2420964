// All suites by the name of the process they are for.

import type { Suite } from './check.ts';
import { consensusSuite } from './consensus.ts';
import { controllerSuite } from './controller.ts';
import { cryptoSuite } from './crypto.ts';
import { executorSuite } from './executor.ts';
import { networkSuite } from './network.ts';
import { storageSuite } from './storage.ts';

export const SUITES: readonly Suite[] = [
  networkSuite,
  consensusSuite,
  executorSuite,
  storageSuite,
  controllerSuite,
  cryptoSuite,
];
