/** The text a Call answers for a revert with a reason (docs/protocol/executor.md 9). */

const SELECTOR = [0x08, 0xc3, 0x79, 0xa0];
/** Selector, offset word, length word: neither word is looked at. */
const TEXT_AT = 68;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes from 68 up to the first zero byte; undefined if the data is not of that form or not UTF-8. */
export function revertReason(data: Uint8Array): string | undefined {
  if (data.length <= TEXT_AT || SELECTOR.some((byte, i) => data[i] !== byte)) return undefined;
  const text = data.subarray(TEXT_AT);
  const end = text.indexOf(0);
  try {
    return utf8.decode(end < 0 ? text : text.subarray(0, end));
  } catch {
    // Not UTF-8: then it is not a reason but data, and answered as such.
    return undefined;
  }
}
