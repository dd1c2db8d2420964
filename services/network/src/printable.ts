// Text of a peer, fit for a log line.

const LONGEST = 200;

/** Printable ASCII; anything else is a dot. Cut where it is long. */
export function printable(text: string): string {
  return text.slice(0, LONGEST).replace(/[^\x20-\x7e]/g, '.');
}
