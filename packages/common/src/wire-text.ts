// Texts of gRPC errors travel percent-encoded in a header, whose size peers limit.

/** Longest text after encoding, bytes: Node refuses header lists above 64 KiB. */
const MAX_ENCODED = 16 * 1024;

/** The text with what cannot be encoded replaced, cut to what a header holds. */
export function wireText(text: string): string {
  let fitting = text.toWellFormed();
  while (encodeURI(fitting).length > MAX_ENCODED) {
    fitting = `${fitting.slice(0, Math.floor(fitting.length / 2))}…`.toWellFormed();
  }
  return fitting;
}
