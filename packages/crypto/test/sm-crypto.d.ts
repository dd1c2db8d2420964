// What the tests use of sm-crypto, which comes without types.
declare module 'sm-crypto' {
  export function sm3(data: number[]): string;
  export const sm2: {
    doSignature(message: number[], privateKey: string, options: { hash: true; publicKey: string }): string;
    doVerifySignature(
      message: number[],
      signature: string,
      publicKey: string,
      options: { hash: true },
    ): boolean;
  };
}
