/**
 * The one file within a zip archive, as Binance publishes them, as a stream of bytes. Large archives (zip64) too.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { MarketDataError } from '../source.ts';

interface Entry {
  readonly start: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly checksum: number;
  readonly isPacked: boolean;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const COMMENT_BYTES_MAX = 0xffff;
/** Name and extra fields of one entry. */
const NAMES_BYTES_MAX = 2 * 0xffff;
const EXTRA_64 = 0x0001;
const IN_EXTRA = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;

/** @throws MarketDataError if it is no such archive, is damaged, or holds another number of files than one */
export async function* unzipped(path: string): AsyncGenerator<Buffer> {
  const entry = await entryOf(path);
  if (entry.packedBytes === 0) return;
  const raw = createReadStream(path, { start: entry.start, end: entry.start + entry.packedBytes - 1 });
  // Whatever breaks the pipe is thrown by the loop over its end.
  const content = entry.isPacked ? pipeline(raw, createInflateRaw(), () => undefined) : raw;
  let bytes = 0;
  let checksum = 0;
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    throw new MarketDataError(`${path}: the archive is damaged`, { cause: error });
  }
  if (bytes !== entry.bytes || checksum !== entry.checksum) {
    throw new MarketDataError(`${path}: the archive is damaged: its content is not what its directory says`);
  }
}

/** How long its one file is. @throws MarketDataError */
export const unzippedBytes = async (path: string): Promise<number> => (await entryOf(path)).bytes;

async function entryOf(path: string): Promise<Entry> {
  const broken = (what: string): MarketDataError => new MarketDataError(`${path}: ${what}`);
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { entries, offset } = await directoryOf(file, size);
    if (entries !== 1) throw broken(`the archive holds ${entries} files, not one`);
    const central = await bytesAt(file, offset, CENTRAL_BYTES + NAMES_BYTES_MAX);
    if (central.length < CENTRAL_BYTES || central.readUInt32LE(0) !== CENTRAL)
      throw broken('the archive is damaged');
    const nameBytes = central.readUInt16LE(28);
    const name = central.toString('latin1', CENTRAL_BYTES, CENTRAL_BYTES + nameBytes);
    if (!name.endsWith('.csv')) throw broken(`the archive holds ${JSON.stringify(name)}, no .csv`);
    if ((central.readUInt16LE(8) & 1) !== 0) throw broken('the archive is encrypted');
    const method = central.readUInt16LE(10);
    if (method !== STORED && method !== DEFLATED) throw broken(`the archive is packed by method ${method}`);
    const extraAt = CENTRAL_BYTES + nameBytes;
    const large = largeNumbers(central.subarray(extraAt, extraAt + central.readUInt16LE(30)));
    const number = (at: number): number => {
      const short = central.readUInt32LE(at);
      return short === IN_EXTRA ? (large.shift() ?? Number.NaN) : short;
    };
    // In this order they stand in the extra field.
    const bytes = number(24);
    const packedBytes = number(20);
    const localAt = number(42);
    const local = await bytesAt(file, localAt, LOCAL_BYTES);
    if (local.length < LOCAL_BYTES || local.readUInt32LE(0) !== LOCAL) throw broken('the archive is damaged');
    const start = localAt + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
    if (!(start + packedBytes <= size)) throw broken('the archive is cut off');
    return { start, packedBytes, bytes, checksum: central.readUInt32LE(16), isPacked: method === DEFLATED };
  } catch (error) {
    if (error instanceof MarketDataError) throw error;
    throw new MarketDataError(`${path}: is no zip archive`, { cause: error });
  } finally {
    await file.close();
  }
}

async function directoryOf(file: FileHandle, size: number): Promise<{ entries: number; offset: number }> {
  const tailAt = Math.max(0, size - END_BYTES - COMMENT_BYTES_MAX - LOCATOR_BYTES);
  const tail = await bytesAt(file, tailAt, size - tailAt);
  let endAt = tail.length - END_BYTES;
  while (endAt >= 0 && tail.readUInt32LE(endAt) !== END) endAt -= 1;
  // A negative position throws, as it should.
  const entries = tail.readUInt16LE(endAt + 10);
  const offset = tail.readUInt32LE(endAt + 16);
  const locatorAt = endAt - LOCATOR_BYTES;
  if (locatorAt < 0 || tail.readUInt32LE(locatorAt) !== END_64_LOCATOR) return { entries, offset };
  const large = await bytesAt(file, whole(tail, locatorAt + 8), END_64_BYTES);
  if (large.readUInt32LE(0) !== END_64) throw new Error('the locator leads nowhere');
  return { entries: whole(large, 32), offset: whole(large, 48) };
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function largeNumbers(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== EXTRA_64) continue;
    const count = Math.floor(extra.readUInt16LE(at + 2) / 8);
    return Array.from({ length: count }, (_, index) => whole(extra, at + 4 + index * 8));
  }
  return [];
}

const whole = (bytes: Buffer, at: number): number =>
  bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 0x1_0000_0000;
