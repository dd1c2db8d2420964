/** What original 6.6.3 processes sent and stored (one chain, suite SM, four validators; fixtures/README.md). */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fromHex } from '@hexapod/protocol/bytes';
import type { Address } from '../src/core/types.ts';

function lines(name: string): string[] {
  const path = new URL(`fixtures/${name}.txt.gz`, import.meta.url);
  return gunzipSync(readFileSync(path)).toString('latin1').trim().split('\n');
}

export interface RecordedMessage {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Messages between validators, each once. */
export function recordedMessages(): RecordedMessage[] {
  return lines('messages').map((line) => {
    const [type = '', hex = ''] = line.split(' ');
    return { type, bytes: fromHex(hex) };
  });
}

export interface RecordedProof {
  readonly height: bigint;
  readonly validators: readonly Address[];
  readonly data: Uint8Array;
  readonly proof: Uint8Array;
}

/** Blocks as consensus decided them: proposal bytes and proof, with the validators of the height. */
export function recordedProofs(): RecordedProof[] {
  return lines('proofs').map((line) => {
    const [height = '', validators = '', data = '', proof = ''] = line.split(' ');
    return {
      height: BigInt(height),
      validators: validators.split(',') as Address[],
      data: fromHex(data),
      proof: fromHex(proof),
    };
  });
}
