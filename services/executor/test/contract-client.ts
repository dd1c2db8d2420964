/** Contracts of ./solidity on a chain in memory: deployed by blocks, sent to by blocks, asked by Call, seen by receipts. */
import { RpcError } from '@hexapod/common/rpc-error';
import { concatBytes, fromHex, toHex } from '@hexapod/protocol/bytes';
import type { Receipt } from '@hexapod/protocol/evm';
import { type AbiValue, type Decoded, decode, encode, typesOf } from './abi.ts';
import { openQueries, SENDER, type TestChain } from './chain-in-memory.ts';
import { type Contract, contractOf, signatureHash } from './solidity.ts';

export interface Sending {
  readonly from?: Uint8Array;
  readonly value?: Uint8Array;
  readonly quota?: bigint;
}

/** An event with its arguments in the order of its signature. */
export interface SeenEvent {
  /** Hex. */
  readonly address: string;
  readonly name: string;
  readonly args: readonly Decoded[];
}

export interface Sent {
  readonly receipt: Receipt;
  /** The receipt's error text; '' on success. */
  readonly error: string;
  readonly quotaUsed: number;
}

export class ContractClient {
  readonly chain: TestChain;
  /** 20 bytes. */
  readonly address: Uint8Array;
  readonly #contract: Contract;

  constructor(chain: TestChain, address: Uint8Array, name: string) {
    this.chain = chain;
    this.address = address;
    this.#contract = contractOf(name);
  }

  static async deploy(
    chain: TestChain,
    name: string,
    types: readonly string[] = [],
    args: readonly AbiValue[] = [],
    from: Uint8Array = SENDER,
  ): Promise<ContractClient> {
    const { bytecode } = contractOf(name);
    const address = await chain.deploy(concatBytes(bytecode, encode(types, args)), from);
    return new ContractClient(chain, address, name);
  }

  /** The same account, seen as another contract: what is behind a proxy. */
  as(name: string): ContractClient {
    return new ContractClient(this.chain, this.address, name);
  }

  callData(signature: string, args: readonly AbiValue[]): Uint8Array {
    const selector = this.#contract.selectors[signature];
    if (selector === undefined) throw new Error(`the contract has no ${signature}`);
    return concatBytes(fromHex(selector), encode(typesOf(signature), args));
  }

  /** In a block of its own. */
  send(signature: string, args: readonly AbiValue[] = [], sending: Sending = {}): Promise<Sent> {
    return sendData(this.chain, this.address, this.callData(signature, args), sending);
  }

  /** Asks the newest state. Throws RpcError with the reason of a revert. */
  async call(
    signature: string,
    args: readonly AbiValue[] = [],
    returns: readonly string[] = [],
    from: Uint8Array = SENDER,
  ): Promise<readonly Decoded[]> {
    return decode(returns, await callData(this.chain, this.address, this.callData(signature, args), from));
  }

  /** A Call of one result. */
  async read(
    signature: string,
    args: readonly AbiValue[] = [],
    type = 'uint256',
  ): Promise<Decoded | undefined> {
    return (await this.call(signature, args, [type]))[0];
  }
}

export async function sendData(
  chain: TestChain,
  to: Uint8Array,
  data: Uint8Array,
  sending: Sending = {},
): Promise<Sent> {
  const { receipts } = await chain.run({ to, data, quota: 30_000_000n, ...sending });
  const [stored] = receipts;
  if (stored === undefined) throw new Error('a block without a receipt');
  const receipt = await openQueries(chain.database).getTransactionReceipt({ hash: stored.transactionHash });
  const quotaUsed = Number(`0x${toHex(receipt.quotaUsed)}`);
  return { receipt, error: receipt.errorMessage, quotaUsed };
}

export async function callData(
  chain: TestChain,
  to: Uint8Array,
  method: Uint8Array,
  from: Uint8Array = SENDER,
): Promise<Uint8Array> {
  const request = { to, from, method, args: [], height: 0n };
  return (await openQueries(chain.database).call(request)).value;
}

/** The text of a failure, as the client of the gRPC service gets it; 'no error' if there is none. */
export async function failureOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'no error';
  } catch (error) {
    if (error instanceof RpcError) return error.details;
    throw error;
  }
}

/** @param signatures like `Transfer(address indexed,address indexed,uint256)`. Logs of other events are left out. */
export function eventsOf({ receipt }: Sent, ...signatures: string[]): SeenEvent[] {
  const known = new Map(
    signatures.map((text) => [signatureHash(text.replaceAll(' indexed', '')), text] as const),
  );
  return receipt.logs.flatMap(({ address, topics, data }) => {
    const [first = new Uint8Array(0), ...indexed] = topics;
    const text = known.get(toHex(first));
    if (text === undefined) return [];
    const parts = typesOf(text).map((part) => part.split(' '));
    const plain = parts.filter(([, mark]) => mark === undefined).map(([type = '']) => type);
    const values = decode(plain, data);
    const args = parts.map(([type = '', mark]) => {
      const topic = mark === undefined ? undefined : indexed.shift();
      return (topic === undefined ? values.shift() : decode([type], topic)[0]) ?? '';
    });
    return [{ address: toHex(address), name: text.slice(0, text.indexOf('(')), args }];
  });
}
