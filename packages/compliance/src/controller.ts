// The contract of the controller towards users and consensus (docs/protocol/controller.md 8, 10), on a running chain that
// has made at least one block. Reads, and requests that must be refused.

import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { answerOf, type Check, codeOf, expectError, type Suite } from './check.ts';
import type { Message, Peer } from './peer.ts';

const RPC = 'controller.RPCService';
const CONSENSUS = 'controller.Consensus2ControllerService';
const INVALID_ARGUMENT = 3;
const MAX_U64 = '18446744073709551615';
const UNKNOWN_HASH = Buffer.alloc(32, 0xee);

const height = async (peer: Peer): Promise<bigint> =>
  BigInt(String(answerOf(await peer.call(RPC, 'GetBlockNumber', { flag: false })).block_number));

/** Queries by height or hash that find nothing: rpc, request, the name of the code (controller.md 10). */
const NOTHING_FOUND: readonly [rpc: string, request: Message, text: string][] = [
  ['GetBlockByHash', { hash: UNKNOWN_HASH }, 'NoBlockHeight'],
  ['GetBlockByHash', { hash: Buffer.alloc(31) }, 'NoBlockHeight'],
  ['GetHeightByHash', { hash: UNKNOWN_HASH }, 'NoBlockHeight'],
  ['GetHeightByHash', { hash: Buffer.alloc(0) }, 'NoBlockHeight'],
  ['GetBlockByNumber', { block_number: MAX_U64 }, 'NoBlock'],
  ['GetStateRootByNumber', { block_number: MAX_U64 }, 'NoStateRoot'],
  ['GetProofByNumber', { block_number: MAX_U64 }, 'NoProof'],
  ['GetBlockDetailByNumber', { block_number: MAX_U64 }, 'NotFound'],
  ['GetTransaction', { hash: UNKNOWN_HASH }, 'NoTransaction'],
  ['GetTransaction', { hash: Buffer.alloc(33) }, 'NoTransaction'],
  ['GetBlockHash', { block_number: MAX_U64 }, 'NoBlockHeight'],
  ['GetTransactionBlockNumber', { hash: UNKNOWN_HASH }, 'NoTxHeight'],
  ['GetTransactionIndex', { hash: UNKNOWN_HASH }, 'NoTxHeight'],
];

const sender = Buffer.alloc(20, 1);
const normal = (
  transaction: Message | null,
  witness: Message | null = { signature: Buffer.alloc(4), sender },
): Message => ({
  normal_tx: { transaction, witness, transaction_hash: Buffer.alloc(32) },
});
const utxo = (transaction: Message | null, witnesses: Message[]): Message => ({
  utxo_tx: { transaction, witnesses, transaction_hash: Buffer.alloc(32) },
});

/** Transactions refused by the first rows of controller.md 6.1 and 6.3: what, request, the name of the code. */
const REFUSED: readonly [what: string, request: Message, text: string][] = [
  ['neither kind', {}, 'NoTransaction'],
  ['no witness', normal({}, null), 'NoneWitness'],
  ['no transaction', normal(null), 'NoneTransaction'],
  ['another version', normal({ version: 77 }), 'InvalidVersion'],
  ['`to` of 19 bytes', normal({ to: Buffer.alloc(19) }), 'InvalidTo'],
  ['`to` of 21 bytes', normal({ to: Buffer.alloc(21) }), 'InvalidTo'],
  ['a nonce of 129 bytes', normal({ nonce: 'n'.repeat(129) }), 'InvalidNonce'],
  ['valid_until_block 0', normal({ nonce: 'n' }), 'InvalidValidUntilBlock'],
  ['valid_until_block 2^64 - 1', normal({ valid_until_block: MAX_U64 }), 'InvalidValidUntilBlock'],
  ['utxo without witness', utxo({}, []), 'InvalidWitness'],
  ['utxo with two witnesses', utxo({}, [{ sender }, { sender }]), 'InvalidWitness'],
  ['utxo of somebody', utxo({ lock_id: '1003' }, [{ sender }]), 'AdminCheckError'],
];

const checks: Check[] = [
  ...NOTHING_FOUND.map(
    ([rpc, request, text]): Check => ({
      name: `${rpc}(${JSON.stringify(Object.values(request)[0]).slice(0, 40)}) fails as ${text} (controller.md 10)`,
      async run(peer) {
        expectError(await peer.call(RPC, rpc, request), INVALID_ARGUMENT, text);
      },
    }),
  ),
  ...REFUSED.map(
    ([what, request, text]): Check => ({
      name: `SendRawTransaction, ${what}: ${text} (controller.md 6)`,
      async run(peer) {
        expectError(await peer.call(RPC, 'SendRawTransaction', request), INVALID_ARGUMENT, text);
      },
    }),
  ),
  {
    name: 'the queries by height and by hash agree with each other (controller.md 10)',
    async run(peer) {
      const block_number = (await height(peer)).toString();
      const byNumber = answerOf(await peer.call(RPC, 'GetBlockByNumber', { block_number }));
      const { hash } = answerOf(await peer.call(RPC, 'GetBlockHash', { block_number }));
      deepStrictEqual(answerOf(await peer.call(RPC, 'GetBlockByHash', { hash })), byNumber);
      strictEqual(answerOf(await peer.call(RPC, 'GetHeightByHash', { hash })).block_number, block_number);
      const detail = answerOf(await peer.call(RPC, 'GetBlockDetailByNumber', { block_number }));
      deepStrictEqual(detail.header, byNumber.header);
      const { proof } = answerOf(await peer.call(RPC, 'GetProofByNumber', { block_number }));
      const { state_root } = answerOf(await peer.call(RPC, 'GetStateRootByNumber', { block_number }));
      deepStrictEqual([detail.proof, detail.state_root], [proof, state_root]);
    },
  },
  {
    name: 'the genesis block: height 0, roots and proposer of 32 zero bytes (wire.md 9)',
    async run(peer) {
      const { header } = answerOf(await peer.call(RPC, 'GetBlockByNumber', { block_number: 0 })) as {
        header: Message;
      };
      strictEqual(header.height, '0');
      deepStrictEqual(header.transactions_root, Buffer.alloc(32));
      deepStrictEqual(header.proposer, Buffer.alloc(32));
      deepStrictEqual(
        answerOf(await peer.call(RPC, 'GetProofByNumber', { block_number: 0 })).proof,
        Buffer.alloc(0),
      );
    },
  },
  {
    name: 'GetSystemConfig: a lock that was never changed has 33 zero bytes before it (wire.md 4.3)',
    async run(peer) {
      const config = answerOf(await peer.call(RPC, 'GetSystemConfig', {}));
      deepStrictEqual(config.version_pre_hash, Buffer.alloc(33));
      strictEqual((config.chain_id as Buffer).length, 32);
      ok((config.validators as Buffer[]).length > 0);
      deepStrictEqual(
        answerOf(await peer.call(RPC, 'GetSystemConfigByNumber', { block_number: MAX_U64 })),
        config,
      );
    },
  },
  {
    name: 'GetNodeStatus names the node and the version (controller.md 10)',
    async run(peer) {
      const status = answerOf(await peer.call(RPC, 'GetNodeStatus', {}));
      strictEqual(status.version, '6.6.3');
      strictEqual((status.self_status as { address: Buffer }).address.length, 20);
      ok(status.connected_peers_info !== null);
    },
  },
  {
    name: 'AddNode with an address that is none: 400 in the status code (wire.md 12)',
    async run(peer) {
      strictEqual(codeOf(await peer.call(RPC, 'AddNode', { multi_address: 'nonsense' })), 400);
    },
  },
  {
    name: 'CommitBlock of 2^64 - 1 is a ping: real height, interval, validators (controller.md 8.3)',
    async run(peer) {
      const before = await height(peer);
      const outcome = await peer.call(CONSENSUS, 'CommitBlock', { proposal: { height: MAX_U64 } });
      strictEqual(codeOf(outcome), 0);
      const config = answerOf(outcome).config as { height: string; validators: Buffer[] };
      ok(BigInt(config.height) >= before);
      ok(config.validators.length > 0);
    },
  },
  {
    name: 'CommitBlock of an old height: Success, the requested height (controller.md 8.3)',
    async run(peer) {
      const outcome = await peer.call(CONSENSUS, 'CommitBlock', { proposal: { height: 1 } });
      strictEqual(codeOf(outcome), 0);
      strictEqual((answerOf(outcome).config as { height: string }).height, '1');
    },
  },
  {
    name: 'CommitBlock without a proposal is answered with a failure and a config (wire.md 17)',
    async run(peer) {
      const outcome = await peer.call(CONSENSUS, 'CommitBlock', {});
      ok(answerOf(outcome).config !== null);
    },
  },
  {
    name: 'CheckProposal: garbage is DecodeError, low is ProposalTooLow (controller.md 8.2)',
    async run(peer) {
      strictEqual(
        codeOf(await peer.call(CONSENSUS, 'CheckProposal', { height: 1, data: Buffer.from([255]) })),
        123,
      );
      strictEqual(
        codeOf(await peer.call(CONSENSUS, 'CheckProposal', { height: 0, data: Buffer.alloc(0) })),
        129,
      );
    },
  },
  {
    name: 'ProcessNetworkMsg for another module: ModuleNotController (controller.md 11)',
    async run(peer) {
      const request = { module: 'storage', type: 'x', origin: 1, msg: Buffer.alloc(1) };
      strictEqual(
        codeOf(await peer.call('network.NetworkMsgHandlerService', 'ProcessNetworkMsg', request)),
        152,
      );
    },
  },
  {
    name: 'health is SERVING on a chain that grows (controller.md 15.1)',
    async run(peer) {
      strictEqual(await peer.health(), 'SERVING');
    },
  },
];

export const controllerSuite: Suite = { process: 'controller', checks };
