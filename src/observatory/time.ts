/** Times as the observatory keeps them (nanoseconds since 1970, bigint) and as its API writes and reads them. */

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;
const epochMs = /^\d{1,15}$/;

/** RFC 3339 with up to nine decimals, or milliseconds since 1970; undefined for anything else. */
export function parseTime(text: string): bigint | undefined {
  if (epochMs.test(text)) return BigInt(text) * 1_000_000n;
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [, day, clock, fraction = '', zone] = match;
  const ms = Date.parse(`${day}T${clock}${String(zone).toUpperCase()}`);
  if (!Number.isFinite(ms) || ms < 0) return undefined;
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** RFC 3339 in UTC with nine decimals, which is exact. */
export function formatTime(timeNs: bigint): string {
  const seconds = timeNs / 1_000_000_000n;
  const fraction = String(timeNs % 1_000_000_000n).padStart(9, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

export function msBetween(fromNs: bigint, toNs: bigint): number {
  return Number(toNs - fromNs) / 1e6;
}
