/** What Call answers for the end of its transaction (docs/protocol/executor.md 9). */
import { toHex } from '@hexapod/protocol/bytes';
import type { TransactionResult } from './transaction.ts';

export type CallAnswer = { readonly value: Uint8Array } | { readonly error: string };

const NOTHING = new Uint8Array(0);
const SELECTOR = '08c379a0';
const TEXT_AT = 68;

export function callAnswer({ status, output, contractAddress }: TransactionResult): CallAnswer {
  if (status === 'success') return { value: contractAddress === undefined ? output : NOTHING };
  if (status !== 'reverted') return { value: NOTHING };
  const reason = reasonOf(output);
  return reason === undefined ? { value: output } : { error: `Reverted: ${reason}` };
}

/** From byte 68 up to the first zero byte, if that is UTF-8. */
function reasonOf(output: Uint8Array): string | undefined {
  if (output.length <= TEXT_AT || !toHex(output).startsWith(SELECTOR)) return undefined;
  const text = Buffer.from(output.subarray(TEXT_AT));
  const end = text.indexOf(0);
  const bytes = end < 0 ? text : text.subarray(0, end);
  const reason = bytes.toString('utf8');
  return Buffer.from(reason, 'utf8').equals(bytes) ? reason : undefined;
}
