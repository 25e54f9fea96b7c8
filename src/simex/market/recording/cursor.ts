/** Goes through the recorded files of one symbol in the order of time. */
import { MarketDataError } from '../source.ts';
import type { RecordedFile } from './files.ts';
import { linesOf } from './lines.ts';
import type { RecordedDeal } from './rows.ts';
import { aggTradeDeals, isTitleRow, klineDeals, RowError } from './rows.ts';

export class Cursor {
  readonly symbol: string;
  readonly #pieces: AsyncGenerator<readonly RecordedDeal[]>;
  #piece: readonly RecordedDeal[] = [];
  #next = 0;

  constructor(symbol: string, files: readonly RecordedFile[], onRead: (bytes: number) => void) {
    this.symbol = symbol;
    this.#pieces = piecesOf(files, onRead);
  }

  /** The deal that comes next; undefined at the end. @throws MarketDataError */
  async peek(): Promise<RecordedDeal | undefined> {
    while (this.#next >= this.#piece.length) {
      const { done, value } = await this.#pieces.next();
      if (done === true) return undefined;
      this.#piece = value;
      this.#next = 0;
    }
    return this.#piece[this.#next];
  }

  /** Goes past the deals up to a time, at most so many of them. @throws MarketDataError */
  async take(untilMs: number, countMax: number): Promise<RecordedDeal[]> {
    const taken: RecordedDeal[] = [];
    while (taken.length < countMax) {
      const deal = await this.peek();
      if (deal === undefined || deal.timeMs > untilMs) break;
      taken.push(deal);
      this.#next += 1;
    }
    return taken;
  }

  close(): void {
    void this.#pieces.return(undefined);
  }
}

async function* piecesOf(
  files: readonly RecordedFile[],
  onRead: (bytes: number) => void,
): AsyncGenerator<readonly RecordedDeal[]> {
  let lastMs = 0;
  for (const { path, kind } of files) {
    const dealsOf = kind === 'aggTrades' ? aggTradeDeals : klineDeals;
    for await (const { firstNumber, lines } of linesOf(path, onRead)) {
      const piece: RecordedDeal[] = [];
      for (const [index, line] of lines.entries()) {
        const number = firstNumber + index;
        if (line === '' || (number === 1 && isTitleRow(line))) continue;
        try {
          for (const deal of dealsOf(line)) {
            if (deal.timeMs < lastMs) throw new RowError('time runs backwards');
            lastMs = deal.timeMs;
            piece.push(deal);
          }
        } catch (error) {
          if (!(error instanceof RowError)) throw error;
          throw new MarketDataError(`${path}:${number}: ${error.message}`);
        }
      }
      yield piece;
    }
  }
}
