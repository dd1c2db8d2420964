// Finds the messages in recordings of original processes: files of one JSON object per line, a call each, with the bytes
// of request and response in hexadecimal.

import { fromHex } from '../src/bytes.ts';
import type { MethodDefinition } from '../src/codec.ts';
import { Proposal, ProposalWithProof } from '../src/common.ts';
import { NetworkMsg } from '../src/network.ts';
import { Content, ExtKey, Region, Value } from '../src/storage.ts';
import { services } from './messages.ts';

export interface RecordedMessage {
  readonly typeName: string;
  readonly bytes: Uint8Array;
}

/** A line of a recording, as far as it is of interest here. */
interface Call {
  readonly path: string;
  readonly req: string;
  /** Absent if the call failed. */
  readonly res?: string;
}

/** A line with what was stored for a height: a number in place of hexadecimal is a status code. */
interface StoredBlock {
  readonly height: number;
  readonly region10: string | number;
  readonly region11: string | number;
  readonly detail: string | number;
  readonly systemConfig: string | number;
}

/** Payloads between controllers by type (docs/protocol/controller.md 11.1). */
const CONTROLLER_PAYLOADS: Readonly<Record<string, string>> = {
  chain_status_init: 'controller_messages.ChainStatusInit',
  chain_status_init_req: 'controller_messages.ChainStatus',
  chain_status: 'controller_messages.ChainStatus',
  chain_status_respond: 'controller_messages.ChainStatusRespond',
  sync_block: 'controller_messages.SyncBlockRequest',
  sync_block_respond: 'controller_messages.SyncBlockRespond',
  sync_tx: 'controller_messages.SyncTxRequest',
  sync_tx_respond: 'controller_messages.SyncTxRespond',
  send_tx: 'blockchain.RawTransaction',
  send_txs: 'blockchain.RawTransactions',
};

/** Values that are messages, by region (docs/protocol/wire.md 13.1). */
const STORED: Readonly<Record<number, string>> = {
  [Region.transactions]: 'blockchain.RawTransaction',
  [Region.compactBlock]: 'blockchain.CompactBlock',
  [Region.fullBlock]: 'blockchain.Block',
  [Region.allBlockData]: 'blockchain.Block',
};

const methods: ReadonlyMap<string, MethodDefinition<unknown, unknown>> = new Map(
  services.flatMap((service) => Object.values(service.methods).map((method) => [method.path, method])),
);

/** The messages of a line: request and response, then what they carry as bytes. Throws for a path no service has. */
export function messagesOf(line: string): { direct: RecordedMessage[]; carried: RecordedMessage[] } {
  const record = JSON.parse(line) as Partial<Call & StoredBlock>;
  if (record.path !== undefined && record.req !== undefined) {
    return messagesOfCall({
      path: record.path,
      req: record.req,
      ...(record.res !== undefined && { res: record.res }),
    });
  }
  const carried = (['region10', 'region11', 'detail', 'systemConfig'] as const).flatMap((key) => {
    const value = record[key];
    return typeof value === 'string' ? [{ typeName: STORED_BLOCK_TYPES[key], bytes: fromHex(value) }] : [];
  });
  return { direct: [], carried };
}

const STORED_BLOCK_TYPES = {
  region10: 'blockchain.CompactBlock',
  region11: 'blockchain.Block',
  detail: 'blockchain.Block',
  systemConfig: 'controller.SystemConfig',
} as const;

function messagesOfCall(call: Call): { direct: RecordedMessage[]; carried: RecordedMessage[] } {
  const method = methods.get(call.path);
  if (!method) throw new Error(`no service has a method ${call.path}`);
  const request = fromHex(call.req);
  const response = call.res === undefined ? undefined : fromHex(call.res);
  const direct = [{ typeName: method.request.typeName, bytes: request }];
  if (response) direct.push({ typeName: method.response.typeName, bytes: response });
  return { direct, carried: carriedBy(method, request, response).filter(({ bytes }) => bytes.length > 0) };
}

function carriedBy(
  method: MethodDefinition<unknown, unknown>,
  request: Uint8Array,
  response: Uint8Array | undefined,
): RecordedMessage[] {
  switch (method.request.typeName) {
    case NetworkMsg.typeName: {
      const { module, type, msg } = NetworkMsg.decode(request);
      const typeName = module === 'controller' ? CONTROLLER_PAYLOADS[type] : undefined;
      return typeName === undefined ? [] : [{ typeName, bytes: msg }];
    }
    case Content.typeName: {
      const { region, value } = Content.decode(request);
      return stored(region, value);
    }
    case ExtKey.typeName:
      return response ? stored(ExtKey.decode(request).region, Value.decode(response).value) : [];
    case Proposal.typeName:
      return proposal(Proposal.decode(request));
    case ProposalWithProof.typeName:
      return proposal(ProposalWithProof.decode(request).proposal);
    default:
      return [];
  }
}

function stored(region: number, value: Uint8Array): RecordedMessage[] {
  const typeName = STORED[region];
  return typeName === undefined ? [] : [{ typeName, bytes: value }];
}

function proposal(carrier: Proposal | undefined): RecordedMessage[] {
  return carrier ? [{ typeName: 'common.ProposalEnum', bytes: carrier.data }] : [];
}
