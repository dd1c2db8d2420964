// What was asked of an original crypto process, and what it answered (fixtures/README.md).

import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { fromHex } from '@hexapod/protocol/bytes';
import { CryptoService } from '@hexapod/protocol/crypto';

export type Rpc = keyof (typeof CryptoService)['methods'];

export interface RecordedCall {
  readonly rpc: Rpc;
  readonly request: Uint8Array;
  readonly answer: Uint8Array;
}

/** The private key of the recorded node. */
export const RECORDED_KEY = '69642b68fe7a655467c5eab197a9537db5cf56cc8982394ed945041b361453bc';
export const RECORDED_ADDRESS = '2bf6fe8f7369909dc026fe944f8c205b19b1dfce';

const isRpc = (name: string): name is Rpc => Object.hasOwn(CryptoService.methods, name);

export function recordedCalls(): RecordedCall[] {
  const file = readFileSync(new URL('fixtures/recorded-calls.txt.br', import.meta.url));
  const lines = brotliDecompressSync(file).toString('latin1').trimEnd().split('\n');
  return lines.map((line) => {
    const [rpc = '', request = '', answer = ''] = line.split(' ');
    if (!isRpc(rpc)) throw new Error(`a recorded call of an unknown rpc: ${line.slice(0, 80)}`);
    return { rpc, request: fromHex(request), answer: fromHex(answer) };
  });
}
