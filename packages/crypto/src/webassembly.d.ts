// What we use of WebAssembly, which Node has but its types leave to those of browsers.
declare namespace WebAssembly {
  interface Global<_Type extends 'i32' = 'i32'> {
    readonly value: number;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
    /** Answers the pages there were; the old buffer is detached. */
    grow(pages: number): number;
  }
  type Exports = Readonly<Record<string, unknown>>;
  class Module {
    constructor(binary: Uint8Array);
  }
  class Instance {
    constructor(module: Module);
    readonly exports: Exports;
  }
}
