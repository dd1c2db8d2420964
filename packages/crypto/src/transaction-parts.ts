// Finds the parts of PB(RawTransaction) that a check needs without decoding it: for transactions in the form in which every
// encoder writes them. Whatever has another form is left to the codec, so nothing is decided here but speed.

/** Keys of the fields, `number << 3 | wire type`; each is one byte. */
const NORMAL_TX = 0x0a;
const TRANSACTION = 0x0a;
const TRANSACTION_HASH = 0x12;
const WITNESS = 0x1a;
const SIGNATURE = 0x0a;
const SENDER = 0x12;

const UNKNOWN = 0;
const UINT32 = 1;
const UINT64 = 2;
const BYTES = 3;
const STRING = 4;
/** Of the inner transaction: what stands behind each key. */
const KINDS = new Uint8Array(0x80);
KINDS[0x08] = UINT32; // version
KINDS[0x12] = BYTES; // to
KINDS[0x1a] = STRING; // nonce
KINDS[0x20] = UINT64; // quota
KINDS[0x28] = UINT64; // valid_until_block
KINDS[0x32] = BYTES; // data
KINDS[0x3a] = BYTES; // value
KINDS[0x42] = BYTES; // chain_id

/** Places in a list; one object serves for all of its transactions. */
export class TransactionParts {
  /** PB(Transaction). */
  transactionStart = 0;
  transactionEnd = 0;
  hashStart = 0;
  hashEnd = 0;
  signatureStart = 0;
  signatureEnd = 0;
  senderStart = 0;
  senderEnd = 0;
  /** Where the content of the field found last begins. */
  #contentStart = 0;

  /**
   * Finds the parts of the PB(RawTransaction) from `start` to `end`. False for one that is no normal transaction with all
   * parts, in their order and nothing beside them. What is inside of the transaction is not looked at.
   */
  find(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#field(bytes, start, end, NORMAL_TX) !== end) return false;
    this.transactionEnd = this.#field(bytes, this.#contentStart, end, TRANSACTION);
    if (this.transactionEnd < 0) return false;
    this.transactionStart = this.#contentStart;
    this.hashEnd = this.#field(bytes, this.transactionEnd, end, TRANSACTION_HASH);
    if (this.hashEnd < 0) return false;
    this.hashStart = this.#contentStart;
    if (this.#field(bytes, this.hashEnd, end, WITNESS) !== end) return false;
    this.signatureEnd = this.#field(bytes, this.#contentStart, end, SIGNATURE);
    if (this.signatureEnd < 0) return false;
    this.signatureStart = this.#contentStart;
    this.senderEnd = this.#field(bytes, this.signatureEnd, end, SENDER);
    this.senderStart = this.#contentStart;
    return this.senderEnd === end;
  }

  /** Is what stands from transactionStart to transactionEnd what PB(Transaction) of its values would be, to the byte? */
  isCanonical(bytes: Uint8Array): boolean {
    const end = this.transactionEnd;
    let last = 0;
    let at = this.transactionStart;
    while (at < end) {
      const key = bytes[at] as number;
      const kind = KINDS[key];
      if (key <= last || kind === undefined || kind === UNKNOWN) return false;
      last = key;
      const next =
        kind === UINT32 || kind === UINT64
          ? varintEnd(bytes, at + 1, end, kind === UINT64)
          : this.#field(bytes, at, end, key);
      if (next < 0 || (kind === STRING && !isAscii(bytes, this.#contentStart, next))) return false;
      at = next;
    }
    return true;
  }

  /** Where the field with this key, bytes that are not empty, ends; -1 if it is not here in its shortest form. */
  #field(bytes: Uint8Array, start: number, end: number, key: number): number {
    if (start >= end || bytes[start] !== key) return -1;
    let length = 0;
    let at = start + 1;
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= end) return -1;
      const byte = bytes[at++] as number;
      length |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      // A last byte of 0 could be left out.
      if (byte === 0 || length > end - at) return -1;
      this.#contentStart = at;
      return at + length;
    }
    return -1;
  }
}

/** Where the number ends; -1 if it is 0, too large, or not in its shortest form. */
function varintEnd(bytes: Uint8Array, start: number, end: number, isLong: boolean): number {
  const lastIndex = isLong ? 9 : 4;
  const lastMax = isLong ? 0x01 : 0x0f;
  for (let index = 0; index <= lastIndex && start + index < end; index++) {
    const byte = bytes[start + index] as number;
    if (byte >= 0x80) continue;
    return byte === 0 || (index === lastIndex && byte > lastMax) ? -1 : start + index + 1;
  }
  return -1;
}

/** Texts beyond ASCII are left to the codec, which knows UTF-8. */
function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) if ((bytes[index] as number) >= 0x80) return false;
  return true;
}
