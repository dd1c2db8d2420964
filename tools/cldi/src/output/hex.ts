// Bytes as people read them.

import { toHex } from '@hexapod/protocol/bytes';

/** Lower-case digits after `0x`; no bytes are `0x`. */
export function hex(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`;
}
