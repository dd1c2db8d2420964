// `cldi get`: reads from the chain (docs/protocol/cldi.md 8.1).

import { ClientError } from '@hexapod/sdk/client-error';
import { parseAddress, parseHash, parseUnsigned } from '@hexapod/sdk/parse-value';
import { findTransaction } from '@hexapod/sdk/wait-for-transaction';
import type { Command } from 'commander';
import { parsedBy, u64 } from '../arguments.ts';
import { blockJson, compactBlockJson } from '../output/block.ts';
import { hex } from '../output/hex.ts';
import { nodeStatusJson } from '../output/node-status.ts';
import { receiptJson } from '../output/receipt.ts';
import { systemConfigJson } from '../output/system-config.ts';
import { transactionJson } from '../output/transaction.ts';
import type { Tool } from '../session.ts';
import type { Run } from './run.ts';

/** Height and index of a transaction that is in no block. */
const NOWHERE = 2n ** 64n - 1n;

const address = parsedBy(parseAddress);
const hash = parsedBy(parseHash);

export function addGetCommands(program: Command, run: Run): void {
  const get = program.command('get').aliases(['ge', 'g']).description('read from the chain');
  addAccountReads(get, run);
  addChainReads(get, run);
}

/** What the executor knows about one address. */
function addAccountReads(get: Command, run: Run): void {
  get
    .command('abi')
    .description('the ABI stored for a contract; an empty line when there is none')
    .argument('<addr>', 'address of the contract', address)
    .action((addr: Uint8Array) =>
      run(async (tool) => {
        const { bytesAbi } = await tool.chain.evm.getAbi({ address: addr });
        tool.print(new TextDecoder().decode(bytesAbi));
      }),
    );
  get
    .command('balance')
    .alias('ba')
    .description('the balance of an account, 32 bytes')
    .argument('[addr]', 'address (default: the current account)', address)
    .action((addr: Uint8Array | undefined) =>
      run(async (tool) => {
        const { value } = await tool.chain.evm.getBalance({ address: addr ?? (await tool.accountAddress()) });
        tool.print(hex(value));
      }),
    );
  get
    .command('code')
    .description('the code of a contract; 0x when there is none')
    .argument('<addr>', 'address of the contract', address)
    .action((addr: Uint8Array) =>
      run(async (tool) => {
        const { byteCode } = await tool.chain.evm.getCode({ address: addr });
        tool.print(hex(byteCode));
      }),
    );
  get
    .command('nonce')
    .description("an account's nonce: how many transactions it has sent, 32 bytes")
    .argument('[addr]', 'address (default: the current account)', address)
    .action((addr: Uint8Array | undefined) =>
      run(async (tool) => {
        const request = { address: addr ?? (await tool.accountAddress()) };
        const { nonce } = await tool.chain.evm.getTransactionCount(request);
        tool.print(hex(nonce));
      }),
    );
}

function addChainReads(get: Command, run: Run): void {
  get
    .command('block')
    .alias('b')
    .description('a block')
    .option('-d, --detail', 'with the transactions instead of their hashes')
    .argument('<height_or_hash>', 'a height, or a hash with 0x in front')
    .action((where: string, { detail }: { detail?: true }) =>
      run((tool) => getBlock(tool, where, detail === true)),
    );
  get
    .command('tx')
    .description('a transaction, and where it is; height 18446744073709551615 means: in no block yet')
    .argument('<tx_hash>', 'hash of the transaction', hash)
    .action((txHash: Uint8Array) => run((tool) => getTransaction(tool, txHash)));
  get
    .command('receipt')
    .alias('r')
    .description('what came of a transaction when it was executed')
    .argument('<tx_hash>', 'hash of the transaction', hash)
    .action((txHash: Uint8Array) =>
      run(async (tool) =>
        tool.printJson(receiptJson(await tool.chain.evm.getTransactionReceipt({ hash: txHash }))),
      ),
    );
  get
    .command('system-config')
    .alias('sc')
    .description("the chain's configuration: admin, validators, block interval, limits")
    .argument('[height]', 'as it was when this block was made (default: now)', u64('height'))
    .action((height: bigint | undefined) => run((tool) => getSystemConfig(tool, height)));
  get
    .command('block-hash')
    .alias('bh')
    .description('the hash of a block')
    .argument('<height>', 'height of the block', u64('height'))
    .action((height: bigint) =>
      run(async (tool) => {
        const answer = await tool.chain.controller.getBlockHash({ blockNumber: height });
        tool.print(hex(answer.hash));
      }),
    );
  get
    .command('block-number')
    .alias('bn')
    .description('the height of the last block')
    .option('-p, --for_pending', 'of the block being made; nodes answer the last one all the same')
    .action(({ for_pending: flag = false }: { for_pending?: boolean }) =>
      run(async (tool) =>
        tool.print(String((await tool.chain.controller.getBlockNumber({ flag })).blockNumber)),
      ),
    );
  get
    .command('node-status')
    .alias('ns')
    .description('what the node says of itself and its peers')
    .action(() =>
      run(async (tool) => tool.printJson(nodeStatusJson(await tool.chain.controller.getNodeStatus({})))),
    );
}

async function getBlock(tool: Tool, where: string, isDetailed: boolean): Promise<void> {
  const { controller } = tool.chain;
  const height = await heightOf(tool, where);
  await requireHeight(tool, height);
  const request = { blockNumber: height };
  if (isDetailed) {
    tool.printJson(blockJson(await controller.getBlockDetailByNumber(request)));
    return;
  }
  const [block, { proof }, { stateRoot }] = await Promise.all([
    controller.getBlockByNumber(request),
    controller.getProofByNumber(request),
    controller.getStateRootByNumber(request),
  ]);
  tool.printJson(compactBlockJson(block, proof, stateRoot));
}

async function heightOf(tool: Tool, where: string): Promise<bigint> {
  if (where.startsWith('0x')) {
    const { blockNumber } = await tool.chain.controller.getHeightByHash({ hash: parseHash(where) });
    return blockNumber;
  }
  try {
    return parseUnsigned(where, 'height');
  } catch (cause) {
    if (!(cause instanceof ClientError)) throw cause;
    throw new ClientError(`invalid height: \`${where}\``, {
      hint: 'a hash needs 0x in front, a height is decimal',
    });
  }
}

/** Throws when the chain has not come so far. The text is the one that scripts look for. */
async function requireHeight(tool: Tool, height: bigint): Promise<void> {
  const { blockNumber: current } = await tool.chain.controller.getBlockNumber({ flag: false });
  if (height > current) {
    throw new ClientError(`current_height: ${current}`, { hint: `there is no block ${height} yet` });
  }
}

async function getTransaction(tool: Tool, txHash: Uint8Array): Promise<void> {
  const raw = await tool.chain.controller.getTransaction({ hash: txHash });
  const place = await findTransaction(tool.chain, txHash);
  tool.printJson({
    ...transactionJson(raw),
    height: place?.height ?? NOWHERE,
    index: place?.index ?? NOWHERE,
  });
}

async function getSystemConfig(tool: Tool, height: bigint | undefined): Promise<void> {
  const { controller } = tool.chain;
  if (height !== undefined) await requireHeight(tool, height);
  const config =
    height === undefined
      ? await controller.getSystemConfig({})
      : await controller.getSystemConfigByNumber({ blockNumber: height });
  tool.printJson(systemConfigJson(config));
}
