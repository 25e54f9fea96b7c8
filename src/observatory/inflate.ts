/** Gzip from outside, with a bound on what it may become. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const inflate = promisify(gunzip);

type Inflated = { kind: 'inflated'; bytes: Buffer } | { kind: 'too_large' } | { kind: 'not_gzip' };

export async function inflateGzip(bytes: Uint8Array, bytesMax: number): Promise<Inflated> {
  try {
    return { kind: 'inflated', bytes: await inflate(bytes, { maxOutputLength: bytesMax }) };
  } catch (error) {
    return { kind: error instanceof RangeError ? 'too_large' : 'not_gzip' };
  }
}
