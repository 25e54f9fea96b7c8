/** Files as Binance publishes its market data: rows of klines and aggregate trades, plain or in a zip archive. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

export const klineTitles =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore';
export const aggTradeTitles =
  'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker';

export interface KlineText {
  readonly openMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume?: string;
}

/** A row of one minute. */
export const klineLine = ({ openMs, open, high, low, close, volume = '4' }: KlineText): string =>
  [openMs, open, high, low, close, volume, openMs + 59_999, '400', 9, '2', '200', '0'].join(',');

export const aggTradeLine = (id: number, timeMs: number, price: string, quantity = '1'): string =>
  [id, price, quantity, id, id, timeMs, id % 2 === 0].join(',');

export function writeLines(directory: string, name: string, lines: readonly string[]): string {
  const path = join(directory, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

export function writeZip(directory: string, name: string, lines: readonly string[]): string {
  const path = join(directory, name);
  writeFileSync(path, zipOf(name.replace('.zip', '.csv'), Buffer.from(`${lines.join('\n')}\n`)));
  return path;
}

/** An archive of one file: its entry, the central directory, and the end of it. */
export function zipOf(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const described = description(name, content, packed.length, content.length, 0);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), described, Buffer.from(name), packed]);
  const central = centralEntry(name, described, 0, Buffer.alloc(0));
  return Buffer.concat([local, central, directoryEnd(1, central.length, local.length)]);
}

/** The same in the form for more than 4 GiB: every size and place is elsewhere, in 64 bits. */
export function largeZipOf(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const described = description(name, content, ELSEWHERE, ELSEWHERE, 28);
  const sizes = [content.length, packed.length];
  const extra = Buffer.concat([Buffer.from([1, 0, 24, 0]), ...[...sizes, 0].map(whole)]);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), described, Buffer.from(name), extra, packed]);
  const central = centralEntry(name, described, ELSEWHERE, extra);
  const large = Buffer.concat([
    ...[Buffer.from('PK\x06\x06'), whole(44), Buffer.alloc(12), whole(1), whole(1)],
    ...[whole(central.length), whole(local.length)],
  ]);
  const locator = Buffer.concat([
    ...[
      Buffer.from('PK\x06\x07'),
      Buffer.alloc(4),
      whole(local.length + central.length),
      Buffer.from([1, 0, 0, 0]),
    ],
  ]);
  return Buffer.concat([local, central, large, locator, directoryEnd(0xffff, ELSEWHERE, ELSEWHERE)]);
}

const ELSEWHERE = 0xffffffff;

function whole(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** What the entry and the directory both say. */
function description(name: string, content: Buffer, packed: number, size: number, extra: number): Buffer {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(20, 0);
  bytes.writeUInt16LE(8, 4);
  bytes.writeUInt32LE(crc32(content), 10);
  bytes.writeUInt32LE(packed, 14);
  bytes.writeUInt32LE(size, 18);
  bytes.writeUInt16LE(name.length, 22);
  bytes.writeUInt16LE(extra, 24);
  return bytes;
}

function centralEntry(name: string, described: Buffer, place: number, extra: Buffer): Buffer {
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(place, 10);
  return Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), described, rest, Buffer.from(name), extra]);
}

function directoryEnd(entries: number, bytes: number, place: number): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(place, 16);
  return end;
}
