// What the benches use of packages without types.
declare module 'keccak' {
  interface KeccakHash {
    update(data: Buffer): KeccakHash;
    digest(): Buffer;
  }
  export default function createKeccakHash(algorithm: 'keccak256'): KeccakHash;
}
declare module 'secp256k1' {
  function ecdsaRecover(
    signature: Uint8Array,
    recoveryId: number,
    message: Uint8Array,
    isCompressed: boolean,
  ): Uint8Array;
  const secp256k1: { ecdsaRecover: typeof ecdsaRecover };
  export default secp256k1;
}
