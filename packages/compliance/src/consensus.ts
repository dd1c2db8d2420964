// The contract of a consensus process on a running chain (docs/protocol/consensus.md 1, wire.md 12).

import { ok, strictEqual } from 'node:assert/strict';
import { type Check, codeOf, expectError, type Suite } from './check.ts';

const SERVICE = 'consensus.ConsensusService';
const HANDLER = 'network.NetworkMsgHandlerService';
const INVALID_ARGUMENT = 3;
const PROPOSAL_CHECK_ERROR = 130;
const NOT_READY = 200;

const checks: Check[] = [
  {
    name: 'CheckBlock refuses a block without a proof, and one with a damaged proof (consensus.md 1.1)',
    async run(peer) {
      for (const proof of [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(607, 0xff), Buffer.alloc(103)]) {
        const outcome = await peer.call(SERVICE, 'CheckBlock', {
          proposal: { height: 1, data: Buffer.alloc(10) },
          proof,
        });
        ok([PROPOSAL_CHECK_ERROR, NOT_READY].includes(codeOf(outcome) ?? 0), `code ${codeOf(outcome)}`);
      }
    },
  },
  {
    name: 'CheckBlock without a proposal is refused (consensus.md 1.1)',
    async run(peer) {
      ok([PROPOSAL_CHECK_ERROR, NOT_READY].includes(codeOf(await peer.call(SERVICE, 'CheckBlock', {})) ?? 0));
    },
  },
  {
    name: 'ProcessNetworkMsg for another module: INVALID_ARGUMENT "wrong module" (wire.md 12)',
    async run(peer) {
      const outcome = await peer.call(HANDLER, 'ProcessNetworkMsg', {
        module: 'controller',
        type: 'proposal',
      });
      expectError(outcome, INVALID_ARGUMENT, 'wrong module');
    },
  },
  {
    name: 'ProcessNetworkMsg of an unknown type, or with damaged bytes, is answered 0 (consensus.md 1.6)',
    async run(peer) {
      for (const type of [
        'nobody knows',
        'proposal',
        'prevote',
        'precommit',
        'lprevote',
        'lprecommit',
        'newview',
      ]) {
        for (const msg of [Buffer.alloc(0), Buffer.alloc(100, 0xff), Buffer.alloc(300)]) {
          const outcome = await peer.call(HANDLER, 'ProcessNetworkMsg', {
            module: 'consensus',
            type,
            origin: 7,
            msg,
          });
          strictEqual(codeOf(outcome), 0, type);
        }
      }
    },
  },
  {
    name: 'health is SERVING (consensus.md 1.1)',
    async run(peer) {
      strictEqual(await peer.health(), 'SERVING');
    },
  },
];

export const consensusSuite: Suite = { process: 'consensus', checks };
