/** The lines of a recorded file, plain or zipped, a piece at a time: memory does not grow with the file. */
import { createReadStream } from 'node:fs';
import { MarketDataError } from '../source.ts';
import { unzipped } from './zip.ts';

export interface Lines {
  /** Counted from 1. */
  readonly firstNumber: number;
  readonly lines: readonly string[];
}

/** The longest lines that Binance writes have about 150. */
const LINE_CHARACTERS_MAX = 1000;

/** @throws MarketDataError */
export async function* linesOf(path: string, onRead: (bytes: number) => void): AsyncGenerator<Lines> {
  let firstNumber = 1;
  let rest = '';
  for await (const chunk of path.endsWith('.zip') ? unzipped(path, onRead) : bytesOf(path, onRead)) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    yield { firstNumber, lines: lines.map(trimmed) };
    firstNumber += lines.length;
    if (rest.length > LINE_CHARACTERS_MAX) {
      throw new MarketDataError(
        `${path}:${firstNumber}: the line is longer than ${LINE_CHARACTERS_MAX} characters`,
      );
    }
  }
  if (rest !== '') yield { firstNumber, lines: [trimmed(rest)] };
}

const trimmed = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

async function* bytesOf(path: string, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) {
      onRead(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw new MarketDataError(`${path}: cannot be read`, { cause: error });
  }
}
