/** Goes through the recorded files of one symbol in the order of time. */
import { MarketDataError } from '../source.ts';
import type { RecordedFile } from './files.ts';
import { linesOf } from './lines.ts';
import type { RecordedDeal } from './rows.ts';
import { aggTradeDeals, isTitleRow, klineDeals, RowError } from './rows.ts';

interface Piece {
  readonly deals: readonly RecordedDeal[];
  readonly bytes: number;
}

export class Cursor {
  readonly symbol: string;
  readonly #pieces: AsyncGenerator<Piece>;
  #piece: Piece = { deals: [], bytes: 0 };
  #next = 0;
  #bytesBefore = 0;

  constructor(symbol: string, files: readonly RecordedFile[]) {
    this.symbol = symbol;
    this.#pieces = piecesOf(files);
  }

  /** What of the files lies behind. */
  get bytesDone(): number {
    const { deals, bytes } = this.#piece;
    return this.#bytesBefore + (deals.length === 0 ? bytes : (bytes * this.#next) / deals.length);
  }

  /** The deal that comes next; undefined at the end. @throws MarketDataError */
  async peek(): Promise<RecordedDeal | undefined> {
    while (this.#next >= this.#piece.deals.length) {
      const { done, value } = await this.#pieces.next();
      if (done === true) return undefined;
      this.#bytesBefore += this.#piece.bytes;
      this.#piece = value;
      this.#next = 0;
    }
    return this.#piece.deals[this.#next];
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

async function* piecesOf(files: readonly RecordedFile[]): AsyncGenerator<Piece> {
  let lastMs = 0;
  for (const { path, kind } of files) {
    const dealsOf = kind === 'aggTrades' ? aggTradeDeals : klineDeals;
    for await (const { firstNumber, lines, bytes } of linesOf(path)) {
      const deals: RecordedDeal[] = [];
      for (const [index, line] of lines.entries()) {
        const number = firstNumber + index;
        if (line === '' || (number === 1 && isTitleRow(line))) continue;
        try {
          for (const deal of dealsOf(line)) {
            if (deal.timeMs < lastMs) throw new RowError('time runs backwards');
            lastMs = deal.timeMs;
            deals.push(deal);
          }
        } catch (error) {
          if (!(error instanceof RowError)) throw error;
          throw new MarketDataError(`${path}:${number}: ${error.message}`);
        }
      }
      yield { deals, bytes };
    }
  }
}
