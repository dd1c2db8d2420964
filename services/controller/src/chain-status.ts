// What a node tells others about itself, and what to think of what they tell (docs/protocol/controller.md 11.2, 11.3). Pure.

import { equalBytes } from '@hexapod/protocol/bytes';
import { ChainStatus } from '@hexapod/protocol/controller-messages';
import { Code } from '@hexapod/protocol/status-code';
import type { PeerStatus } from './peers.ts';
import { ADDRESS_LENGTH } from './system-config.ts';

const HASH_LENGTH = 32;

export function statusMessage(status: PeerStatus): ChainStatus {
  const { version, chainId, height, hash, address } = status;
  return ChainStatus.create({ version, chainId, height, hash: { hash }, address: { address } });
}

/** The parts of a status, copied out of the message they came in, or the code for what is missing. */
export function readStatus(message: ChainStatus): { status: PeerStatus } | { code: Code } {
  const address = message.address?.address;
  if (address === undefined) return { code: Code.NoProvideAddress };
  if (address.length !== ADDRESS_LENGTH) return { code: Code.ProvideAddressError };
  const hash = message.hash?.hash;
  if (hash === undefined || hash.length !== HASH_LENGTH) return { code: Code.HashLenError };
  const { version, height } = message;
  return {
    status: {
      version,
      height,
      chainId: message.chainId.slice(),
      hash: hash.slice(),
      address: address.slice(),
    },
  };
}

/**
 * Is the peer on our chain? `hashAt` gives our block's hash at a height we have, undefined where it is missing.
 * The version is not compared: it changes with the height, so nodes at different heights would ban each other
 * (docs/protocol/controller.md 18, weakness 12).
 */
export async function checkStatus(
  own: PeerStatus,
  status: PeerStatus,
  hashAt: (height: bigint) => Promise<Uint8Array | undefined>,
): Promise<Code> {
  if (!equalBytes(own.chainId, status.chainId)) return Code.VersionOrIdCheckError;
  if (status.height > own.height) return Code.Success;
  const hash = await hashAt(status.height);
  if (hash === undefined) return Code.NoBlock;
  return equalBytes(hash, status.hash) ? Code.Success : Code.HashCheckError;
}

/** Does this code mean that the peer belongs to another chain? */
export function isOtherChain(code: Code): boolean {
  return code === Code.VersionOrIdCheckError || code === Code.HashCheckError;
}
