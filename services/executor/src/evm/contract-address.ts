/** Addresses of new contracts (docs/protocol/executor.md 4.4). */
import { encodeList, encodeString } from '../state/rlp.ts';
import {
  addressToBytes,
  toAddress,
  type Word,
  wordFromBytes,
  wordToBytes,
  wordToMinimalBytes,
} from './word.ts';

type Keccak = (data: Uint8Array) => Uint8Array;

/** From the creator and its nonce: a transaction's nonce before it counted, a contract's before CREATE raised it. */
export function createAddress(keccak: Keccak, creator: Word, nonce: number): Word {
  const rlp = encodeList([encodeString(addressToBytes(creator)), encodeString(wordToMinimalBytes(nonce))]);
  return toAddress(wordFromBytes(keccak(rlp)));
}

export function create2Address(keccak: Keccak, creator: Word, salt: Word, initCode: Uint8Array): Word {
  const preimage = new Uint8Array(85);
  preimage[0] = 0xff;
  preimage.set(addressToBytes(creator), 1);
  preimage.set(wordToBytes(salt), 21);
  preimage.set(keccak(initCode), 53);
  return toAddress(wordFromBytes(keccak(preimage)));
}
