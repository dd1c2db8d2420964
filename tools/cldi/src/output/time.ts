// Times of blocks.

/** The latest instant a Date can hold, ms. */
const LAST_INSTANT = 8_640_000_000_000_000n;

const two = (value: number): string => String(value).padStart(2, '0');

/**
 * `2022-11-16 15:47:46 +08:00`, seconds cut off. `offsetMinutes` is the local time's lead over UTC; default: this machine's at
 * that instant.
 */
export function localTime(timestampMs: bigint, offsetMinutes?: number): string {
  if (timestampMs > LAST_INSTANT - 86_400_000n) return 'out of range';
  const milliseconds = Number(timestampMs);
  const offset = offsetMinutes ?? -new Date(milliseconds).getTimezoneOffset();
  const text = new Date(milliseconds + offset * 60_000).toISOString();
  const [date = '', time = ''] = text.split('T');
  const lead = Math.abs(offset);
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(lead / 60))}:${two(lead % 60)}`;
  return `${date} ${time.slice(0, 8)} ${zone}`;
}

/** `MM:SS`, from one hour on `HH:MM:SS`. */
export function elapsedTime(milliseconds: bigint): string {
  const seconds = Number(milliseconds / 1000n);
  const tail = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 3600 ? tail : `${two(Math.floor(seconds / 3600))}:${tail}`;
}
