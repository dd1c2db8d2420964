// How a failed command ends: a text in the original client's shape, which scripts search, and a hint
// (docs/protocol/cldi.md 13).

import { GrpcStatus, grpcStatusName, RpcError } from '@hexapod/common/rpc-error';
import { ClientError } from '@hexapod/sdk/client-error';
import type { Context } from '@hexapod/sdk/contexts';

/** What to do about a refusal of the chain, by the text of its gRPC status (docs/protocol/wire.md 5.3). */
const REMEDIES: Readonly<Record<string, string>> = {
  InvalidValidUntilBlock:
    'the transaction must be valid until a height above the current one, at most block_limit (100) above: --until +95',
  QuotaUsedExceed: 'give less quota with -q: `cldi get system-config` shows the quota_limit',
  EmergencyBrake: 'normal transactions are suspended until the admin runs `cldi admin emergency-brake off`',
  AdminCheckError:
    "only the chain's admin may do this: `cldi get system-config` names it, -u chooses the account",
  InvalidPreHash: 'another change of the same item came first: send this one again after the next block',
  DupTransaction: 'the transaction already waits in the pool',
  HistoryDupTx: 'the transaction is already in a block',
  InvalidChainId: 'the node belongs to another chain than it said a moment ago: check -r',
  HashCheckError: 'is the crypto type right? --crypto SM or --crypto ETH',
  SigLenError: 'is the crypto type right? --crypto SM or --crypto ETH',
  SigCheckError: 'is the crypto type right? --crypto SM or --crypto ETH',
  NodeInSyncMode: 'the node is catching up with the others: wait, or ask another one with -r',
  NoBlockHeight: 'no block has this hash or height: `cldi get block-number` shows the last one',
  NoTransaction: 'the node knows no transaction with this hash, neither in a block nor in its pool',
  'Not get the receipt':
    'the transaction is in no block yet, or is not known; transactions of `cldi admin` have no receipt: see `cldi get tx`',
};

/** The text for stderr, with a newline at its end. */
export function describeFailure(error: unknown, context?: Context): string {
  if (!(error instanceof ClientError || error instanceof RpcError)) {
    const stack = error instanceof Error ? error.stack : String(error);
    return `Error: this is a bug of cldi, please report it\n\nCaused by:\n${indent(stack ?? '')}\n`;
  }
  const [first = '', ...causes] = chainOf(error).map(describeOne);
  const hint = hintOf(error, context);
  return `Error: ${first}\n${describeCauses(causes)}${hint === undefined ? '' : `\nHint: ${hint}\n`}`;
}

/** The error and its causes. A gRPC error is the end: what is below it is our own plumbing. */
function chainOf(error: Error): Error[] {
  const { cause } = error;
  return error instanceof ClientError && cause instanceof Error ? [error, ...chainOf(cause)] : [error];
}

function describeOne(error: Error): string {
  return error instanceof RpcError ? describeStatus(error) : error.message;
}

/** The form in which the original's gRPC library shows a status. */
function describeStatus({ grpcCode, details }: RpcError): string {
  const words = grpcStatusName(grpcCode).split('_');
  const code = words.map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join('');
  return `status: ${code}, message: ${JSON.stringify(details)}, details: [], metadata: MetadataMap { headers: {} }`;
}

function describeCauses(causes: readonly string[]): string {
  if (causes.length === 0) return '';
  const lines = causes.length === 1 ? causes : causes.map((cause, index) => `${index}: ${cause}`);
  return `\nCaused by:\n${lines.map(indent).join('\n')}\n`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}

function hintOf(error: Error, context: Context | undefined): string | undefined {
  for (const link of chainOf(error)) {
    if (link instanceof ClientError && link.hint !== undefined) return link.hint;
    if (link instanceof RpcError) return remedyOf(link, context);
  }
  return undefined;
}

function remedyOf({ grpcCode, details }: RpcError, context: Context | undefined): string | undefined {
  switch (grpcCode) {
    case GrpcStatus.UNAVAILABLE:
      return (
        `does the node run? The controller is expected at ${context?.controller_addr} (-r host:port), ` +
        `the executor at ${context?.executor_addr} (-e host:port)`
      );
    case GrpcStatus.DEADLINE_EXCEEDED:
      return `the node gave no answer within ${context?.connect_timeout} s: give it longer with -t <seconds>`;
    default:
      return REMEDIES[details];
  }
}
