// What we use of the native half of the secp256k1 package, which comes without types.
declare module 'secp256k1/bindings.js' {
  interface NativeSecp256k1 {
    privateKeyVerify(privateKey: Uint8Array): boolean;
    publicKeyCreate(privateKey: Uint8Array, isCompressed: boolean): Uint8Array;
    ecdsaSign(message: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array; recid: number };
    ecdsaRecover(
      signature: Uint8Array,
      recoveryId: number,
      message: Uint8Array,
      isCompressed: boolean,
      /** 65 bytes, of which the result is made instead of new ones. */
      output?: Uint8Array,
    ): Uint8Array;
  }
  const native: NativeSecp256k1;
  export default native;
}
