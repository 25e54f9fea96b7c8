/** What both ways of sending a profile have in common: unpack, decode, store, and say in one closed union how it went. */
import { inflateGzip } from '../inflate.ts';
import {
  fullMessage,
  INFLATED_BYTES_MAX,
  type RowSink,
  refusedMessage,
  unavailableMessage,
} from '../otlp/receiver.ts';
import { noRows } from '../otlp/rows.ts';
import { readPprof } from './pprof.ts';
import { type ProfileRow, type ProfileSource, profileRow } from './row.ts';

export type ProfileFault =
  | 'invalid_profile'
  | 'unsupported'
  | 'too_large'
  | 'busy'
  | 'unavailable'
  | 'not_found'
  | 'forbidden'
  | 'internal';

export type Receipt = { kind: 'stored' } | { kind: 'failed'; code: ProfileFault; message: string };

export const failed = (code: ProfileFault, message: string): Receipt & { kind: 'failed' } => ({
  kind: 'failed',
  code,
  message,
});

/** As a body comes: senders compress pprof itself, the request, or both. */
export async function unpacked(bytes: Uint8Array): Promise<Uint8Array | (Receipt & { kind: 'failed' })> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const inflated = await inflateGzip(bytes, INFLATED_BYTES_MAX);
  if (inflated.kind === 'inflated') return inflated.bytes;
  return inflated.kind === 'too_large'
    ? failed('too_large', `the profile inflates to more than ${INFLATED_BYTES_MAX} bytes`)
    : failed('invalid_profile', 'the profile is not valid gzip');
}

export async function store(
  sink: RowSink,
  profiles: readonly { source: ProfileSource; bytes: Uint8Array }[],
): Promise<Receipt> {
  const rows: ProfileRow[] = [];
  let byteCount = 0;
  for (const { source, bytes } of profiles) {
    const pprof = await unpacked(bytes);
    if ('kind' in pprof) return pprof;
    byteCount += pprof.length;
    try {
      rows.push(profileRow(readPprof(pprof), source));
    } catch (error) {
      // pbf and DataView throw classes of their own on bad input; all of them mean the same here.
      return failed('invalid_profile', error instanceof Error ? error.message : String(error));
    }
  }
  const outcome = await sink.write({ ...noRows(), profiles: rows }, byteCount);
  switch (outcome) {
    case 'stored':
      return { kind: 'stored' };
    case 'full':
      return failed('busy', fullMessage);
    case 'unavailable':
      return failed('unavailable', unavailableMessage);
    case 'refused':
      return failed('internal', refusedMessage);
  }
}
