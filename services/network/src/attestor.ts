// Proofs of a node address: signatures made by the crypto process with the node's key.

export interface Attestor {
  /** Our own address: that of the key which the crypto process holds. */
  readonly address: Uint8Array;
  /** Signs the chain's hash of `bytes`. Rejects when the crypto process does not. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
  /** The address of the key that signed the hash of `bytes`; undefined when it is no signature. */
  recover(bytes: Uint8Array, signature: Uint8Array): Promise<Uint8Array | undefined>;
}
