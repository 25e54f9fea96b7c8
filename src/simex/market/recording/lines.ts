/** The lines of a recorded file, plain or zipped, a piece at a time: memory does not grow with the file. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { MarketDataError } from '../source.ts';
import { unzipped, unzippedBytes } from './zip.ts';

export interface Lines {
  /** Counted from 1. */
  readonly firstNumber: number;
  readonly lines: readonly string[];
  /** What had to be read for them. */
  readonly bytes: number;
}

/** The longest lines that Binance writes have about 150. */
const LINE_CHARACTERS_MAX = 1000;

/** @throws MarketDataError */
export async function* linesOf(path: string): AsyncGenerator<Lines> {
  let firstNumber = 1;
  let rest = '';
  for await (const chunk of isArchive(path) ? unzipped(path) : bytesOf(path)) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    yield { firstNumber, lines: lines.map(trimmed), bytes: chunk.length };
    firstNumber += lines.length;
    if (rest.length > LINE_CHARACTERS_MAX) {
      throw new MarketDataError(
        `${path}:${firstNumber}: the line is longer than ${LINE_CHARACTERS_MAX} characters`,
      );
    }
  }
  if (rest !== '') yield { firstNumber, lines: [trimmed(rest)], bytes: 0 };
}

/** How long all of its lines are together. @throws MarketDataError */
export const contentBytes = async (path: string): Promise<number> =>
  isArchive(path) ? unzippedBytes(path) : (await stat(path)).size;

const isArchive = (path: string): boolean => path.endsWith('.zip');

const trimmed = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path);
  } catch (error) {
    throw new MarketDataError(`${path}: cannot be read`, { cause: error });
  }
}
