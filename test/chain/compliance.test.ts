// Our six processes, in a running chain of one node, against the compliance suites and against arbitrary bytes.

import { badInputChecks } from '@hexapod/compliance/bad-input';
import { Peer } from '@hexapod/compliance/peer';
import { SUITES } from '@hexapod/compliance/suites';
import { SERVICES, type ServiceName } from '@hexapod/devnet/layout';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestChain } from './test-chain.ts';

describe.each(['sm', 'eth'] as const)('the processes of an %s chain', (crypto) => {
  let chain: TestChain;
  const peers = new Map<string, Peer>();

  beforeAll(async () => {
    chain = await TestChain.start({ nodes: 1, crypto });
    const node = chain.chain.nodes[0];
    for (const service of SERVICES) peers.set(service, new Peer(`127.0.0.1:${node?.ports[service]}`));
  });

  afterAll(async () => {
    for (const peer of peers.values()) peer.close();
    await chain?.stop();
  });

  const peerOf = (process: string): Peer => {
    const peer = peers.get(process);
    if (!peer) throw new Error(`no process ${process}`);
    return peer;
  };

  for (const suite of SUITES) {
    describe(suite.process, () => {
      for (const check of suite.checks) test(check.name, () => check.run(peerOf(suite.process)));
    });
  }

  // The edge of the other processes is the same for both kinds of chain: what reaches it is tried once.
  const hardened: readonly ServiceName[] = crypto === 'sm' ? SERVICES : ['crypto'];
  for (const process of hardened) {
    describe(`${process}, bad input`, () => {
      for (const check of badInputChecks(process)) test(check.name, () => check.run(peerOf(process)));
    });
  }

  test('after all of it every process still runs, and the chain grows', async () => {
    for (const state of chain.devnet.states) {
      for (const service of SERVICES) expect(state[service], service).toBe('running');
    }
    const before = await chain.height(0);
    await chain.waitForHeight(0, before + 2n);
  });
});
