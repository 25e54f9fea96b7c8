/** Finds recorded files and reads from their names what is in them: SYMBOL-KIND-DATE.csv or .zip, as Binance names them. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MarketDataError } from '../source.ts';

export interface RecordedFile {
  readonly path: string;
  readonly symbol: string;
  /** `aggTrades`, or the interval of the klines. */
  readonly kind: string;
  readonly date: string;
}

/** Months are `1mo` in file names. */
const NAME =
  /^([A-Z0-9_]{2,20})-(aggTrades|1s|1m|3m|5m|15m|30m|1h|2h|4h|6h|8h|12h|1d|3d|1w|1mo)-(\d{4}-\d{2}(?:-\d{2})?)\.(?:csv|zip)$/;

/** The files of each symbol by their date. Of a folder those are taken whose names fit. @throws MarketDataError */
export function recordedFiles(paths: readonly string[]): Map<string, RecordedFile[]> {
  const bySymbol = new Map<string, RecordedFile[]>();
  for (const file of paths.flatMap(filesAt)) {
    bySymbol.set(file.symbol, [...(bySymbol.get(file.symbol) ?? []), file]);
  }
  for (const [symbol, files] of bySymbol) {
    files.sort((a, b) => (a.date < b.date ? -1 : 1));
    const kinds = new Set(files.map(({ kind }) => kind));
    if (kinds.size > 1) {
      throw new MarketDataError(
        `${symbol} is recorded as ${[...kinds].join(' and as ')}: one of them is enough`,
      );
    }
  }
  return bySymbol;
}

function filesAt(path: string): RecordedFile[] {
  if (!isFolder(path)) {
    const file = fileAt(path);
    if (file === undefined) {
      throw new MarketDataError(
        `${path}: the name says nothing; it has to be like BTCUSDT-1m-2024-01-01.csv or BTCUSDT-aggTrades-2024-01.zip`,
      );
    }
    return [file];
  }
  const files = readdirSync(path)
    .map((name) => fileAt(join(path, name)))
    .filter((file) => file !== undefined);
  if (files.length === 0) {
    throw new MarketDataError(`${path}: holds no file that is named like BTCUSDT-1m-2024-01-01.csv`);
  }
  return files;
}

function fileAt(path: string): RecordedFile | undefined {
  const [, symbol, kind, date] = NAME.exec(basename(path)) ?? [];
  if (symbol === undefined || kind === undefined || date === undefined) return undefined;
  return { path, symbol, kind, date };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new MarketDataError(`${path}: cannot be read`, { cause: error });
  }
}
