// `cldi rpc`: the rest of what a node offers (docs/protocol/cldi.md 8.5).

import { RpcError } from '@hexapod/common/rpc-error';
import { concatBytes, toHex } from '@hexapod/protocol/bytes';
import { Code } from '@hexapod/protocol/status-code';
import { decodeBftProof } from '@hexapod/sdk/bft-proof';
import { ClientError } from '@hexapod/sdk/client-error';
import { CONSENSUS_TYPES, type ConsensusType } from '@hexapod/sdk/contexts';
import { CRYPTO_TYPES, type CryptoType, loadSuiteOf } from '@hexapod/sdk/crypto-type';
import { formatMultiaddress } from '@hexapod/sdk/multiaddress';
import { CREATE_QUOTA } from '@hexapod/sdk/normal-transaction';
import { decodeOverlordProof } from '@hexapod/sdk/overlord-proof';
import { parseAddress, parseData } from '@hexapod/sdk/parse-value';
import { sendTransaction } from '@hexapod/sdk/send-transaction';
import { ABI_ADDRESS } from '@hexapod/sdk/special-address';
import type { Command } from 'commander';
import { oneOf, parsedBy, unsigned } from '../arguments.ts';
import { hex } from '../output/hex.ts';
import { bftProofJson, overlordProofJson } from '../output/proof.ts';
import type { Tool } from '../session.ts';
import type { Run } from './run.ts';
import { type TransactionOptions, withValidityOptions } from './transact.ts';

const address = parsedBy(parseAddress);

/** To the executor this address means: a new contract. */
const NOBODY = new Uint8Array(20);

interface ProofOptions {
  readonly consensus?: ConsensusType;
  readonly crypto?: CryptoType;
}

export function addRpcCommands(program: Command, run: Run): void {
  const rpc = program.command('rpc').description('other calls');
  rpc
    .command('add-node')
    .description('make the node connect to another one on this machine')
    .argument('<port>', 'port of its network process', unsigned('port', 16))
    .argument('<domain>', 'its name in its certificate')
    .action((port: number, domain: string) => run((tool) => addNode(tool, port, domain)));

  const storeAbi = rpc
    .command('store-abi')
    .description('keep the ABI of a contract on the chain; prints the hash of the transaction')
    .argument('<addr>', 'address of the contract', address)
    .argument('<abi>', 'the ABI, a JSON text')
    .action((contract: Uint8Array, abi: string, { quota, until }: TransactionOptions) =>
      run(async (tool) => {
        const data = concatBytes(contract, new TextEncoder().encode(abi));
        const intent = { to: ABI_ADDRESS, data, quota };
        tool.print(hex(await sendTransaction(tool.chain, await tool.account(), intent, until)));
      }),
    );
  withValidityOptions(storeAbi, CREATE_QUOTA);

  rpc
    .command('parse-proof')
    .description("show what a block's proof says, and who signed it")
    .argument('<proof>', 'the proof of `get block`, hex', parsedBy(parseData))
    .option('--consensus <type>', "BFT or OVERLORD (default: the context's)", oneOf(CONSENSUS_TYPES))
    .option('--crypto <type>', "SM or ETH (default: the context's)", oneOf(CRYPTO_TYPES))
    .action((proof: Uint8Array, options: ProofOptions) => run((tool) => parseProof(tool, proof, options)));

  rpc
    .command('estimate-quota')
    .description('how much quota a transaction would use now')
    .argument('<data>', 'call data, or creation code', parsedBy(parseData))
    .option('-f, --from <addr>', 'sender (default: the current account)', address)
    .option('-t, --to <addr>', 'contract (default: a new one is created)', address)
    .action((method: Uint8Array, { from, to = NOBODY }: { from?: Uint8Array; to?: Uint8Array }) =>
      run(async (tool) => {
        const sender = from ?? (await tool.accountAddress());
        const request = { from: sender, to, method, args: [], height: 0n };
        const { bytesQuota } = await tool.chain.evm.estimateQuota(request);
        tool.print(BigInt(`0x0${toHex(bytesQuota)}`).toString());
      }),
    );
}

async function addNode(tool: Tool, port: number, domain: string): Promise<void> {
  const multiAddress = formatMultiaddress({ host: '127.0.0.1', port, domain });
  const { code } = await tool.chain.controller.addNode({ multiAddress, origin: 0n });
  // The original's words, with their spelling: scripts compare them.
  if (code === Code.Success) tool.print('Success');
  else tool.print(`Failed with status code: \`${code}\`, please check controler's log`);
}

async function parseProof(tool: Tool, proof: Uint8Array, options: ProofOptions): Promise<void> {
  const consensus = options.consensus ?? tool.context.consensus_type;
  switch (consensus) {
    case 'BFT': {
      const suite = await loadSuiteOf(options.crypto ?? tool.context.crypto_type);
      tool.printJson(bftProofJson(decodeBftProof(proof, suite)));
      return;
    }
    case 'OVERLORD': {
      const decoded = decodeOverlordProof(proof);
      tool.printJson(overlordProofJson(decoded, await validatorsAt(tool, decoded.height)));
      return;
    }
    case 'RAFT':
      throw new ClientError('impossible consensus type', {
        hint: 'a block of consensus raft has an empty proof',
      });
  }
}

/** Nobody when the node cannot be asked: the rest of a proof can be read all the same. */
async function validatorsAt(tool: Tool, height: bigint): Promise<readonly Uint8Array[]> {
  try {
    const { validators } = await tool.chain.controller.getSystemConfigByNumber({ blockNumber: height });
    return validators;
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    tool.terminal.err(`the validators of height ${height} are not known: ${error.message}\n`);
    return [];
  }
}
