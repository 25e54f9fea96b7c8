/** Moves the markets of the exchange, generated, scripted or followed, and keeps what the public sees of them. */
import type { Price } from '#core/money.ts';
import { DecimalError, price, quantity, roundToStep } from '#core/money.ts';
import { joinLevels } from '../market/depth.ts';
import type { DealText, LevelText, MarketBatch, MarketUpdate } from '../market/follow.ts';
import type { Deal, Level } from '../market/market.ts';
import { followPrice, followQuotes, moveMarket, pinMarket, smoothMark } from '../market/market.ts';
import { passTime, print, sample, showDepth } from '../market/tape.ts';
import type { Refusal, Result } from '../matching/result.ts';
import type { Order } from './order.ts';
import { remaining } from './order.ts';
import * as refusals from './refusals.ts';
import type { Reporter } from './reporter.ts';
import type { ExchangeState, Listing } from './state.ts';
import { listingOf } from './state.ts';
import type { Instrument } from './symbols.ts';

/** How often a followed market's mark price is published, as far as its source's steps allow. */
const MARK_EVERY_MS = 1000;
const PREMIUM_UNIT = 10n ** 10n;

interface ReadUpdate {
  readonly instrument: Instrument;
  readonly deals: readonly Deal[];
  readonly quotes: { readonly bid: Level; readonly ask: Level } | undefined;
  readonly mark: Price | undefined;
}

export class MarketDesk {
  readonly #state: ExchangeState;
  readonly #instruments: ReadonlyMap<string, Instrument>;
  readonly #report: Reporter;
  readonly #onMoved: (instrument: Instrument) => void;

  /** `onMoved` lets orders meet the new prices. */
  constructor(
    state: ExchangeState,
    instruments: ReadonlyMap<string, Instrument>,
    report: Reporter,
    onMoved: (instrument: Instrument) => void,
  ) {
    this.#state = state;
    this.#instruments = instruments;
    this.#report = report;
    this.#onMoved = onMoved;
  }

  /** One step of time for every market. A followed one only moves when its source says so. */
  step(publishMark: boolean): void {
    const { nowMs } = this.#state;
    for (const instrument of this.#instruments.values()) {
      const listing = listingOf(this.#state, instrument.symbol);
      const { market, tape } = listing;
      passTime(tape, nowMs);
      if (market.followed && !market.pinned) continue;
      const deal = moveMarket(market, instrument);
      if (deal !== undefined) print(tape, nowMs, deal.price, deal.quantity, deal.buyerIsMaker);
      if (publishMark) this.#publishMark(instrument, listing);
      this.#moved(instrument, listing);
    }
  }

  /** Pins last and mark price; the best quotes are one tick around the last. */
  setPrice(instrument: Instrument, last: string, mark: string): Result<object> {
    const at = readDecimal(price, last);
    const markAt = readDecimal(price, mark);
    if (at === undefined || at % instrument.tick !== 0n || at <= instrument.tick) {
      return refusals.invalidParameter('price');
    }
    if (markAt === undefined || markAt <= 0n) return refusals.invalidParameter('markPrice');
    const listing = listingOf(this.#state, instrument.symbol);
    const rises = at > listing.market.last;
    pinMarket(listing.market, instrument, at, markAt);
    print(listing.tape, this.#state.nowMs, at, instrument.minQuantity, !rises);
    this.#publishMark(instrument, listing);
    this.#moved(instrument, listing);
    return { ok: true };
  }

  /** Takes over what has happened elsewhere; a market that a script has pinned does not listen. */
  follow({ followed, updates }: MarketBatch): Result<object> {
    const read: ReadUpdate[] = [];
    for (const update of updates) {
      const one = this.#read(update);
      if ('code' in one) return one;
      read.push(one);
    }
    this.#state.followed = followed;
    for (const update of read) this.#follow(update);
    return { ok: true };
  }

  #follow({ instrument, deals, quotes, mark }: ReadUpdate): void {
    const { nowMs } = this.#state;
    const listing = listingOf(this.#state, instrument.symbol);
    const { market, tape } = listing;
    if (market.pinned) return;
    const isFirst = !market.followed;
    market.followed = true;
    for (const deal of deals) {
      print(tape, nowMs, deal.price, deal.quantity, deal.buyerIsMaker);
      const { last } = market;
      followPrice(market, instrument, deal.price);
      // Orders meet each new price, not only the one at which the batch ends.
      if (market.last !== last) this.#moved(instrument, listing);
    }
    // Until something is traded, the last price is where it would be.
    if (isFirst && deals.length === 0 && quotes !== undefined)
      followPrice(market, instrument, quotes.bid.price);
    if (quotes !== undefined) followQuotes(market, instrument, quotes.bid, quotes.ask);
    if (mark !== undefined) market.mark = mark;
    else if (isFirst) market.mark = market.middle;
    else smoothMark(market);
    if (nowMs - tape.markedMs >= MARK_EVERY_MS) this.#publishMark(instrument, listing);
    this.#moved(instrument, listing);
  }

  #read(update: MarketUpdate): ReadUpdate | Refusal {
    const { symbol, deals = [], quotes, mark } = update;
    const instrument = this.#instruments.get(symbol);
    if (instrument === undefined) return refusals.invalidSymbol();
    const bid = quotes && readLevel(quotes.bid, instrument);
    const ask = quotes && readLevel(quotes.ask, instrument);
    const markAt = mark === undefined ? undefined : readDecimal(price, mark);
    const all = deals.map(readDeal);
    const known = all.filter((deal) => deal !== undefined);
    if (known.length < all.length) return refusals.invalidParameter('deals');
    if (quotes !== undefined && (bid === undefined || ask === undefined)) {
      return refusals.invalidParameter('quotes');
    }
    if (mark !== undefined && (markAt === undefined || markAt <= 0n)) {
      return refusals.invalidParameter('mark');
    }
    return {
      instrument,
      deals: known,
      quotes: bid === undefined || ask === undefined ? undefined : { bid, ask },
      mark: markAt,
    };
  }

  #publishMark({ symbol }: Instrument, { market, tape }: Listing): void {
    const { nowMs } = this.#state;
    tape.markedMs = nowMs;
    sample(tape.marks, nowMs, market.mark);
    const premium = ((market.mark - market.middle) * PREMIUM_UNIT) / market.middle;
    sample(tape.premiums, nowMs, premium as Price);
    this.#report.markPrice(symbol);
  }

  #moved(instrument: Instrument, { market, tape, book }: Listing): void {
    showDepth(
      tape,
      joinLevels(market.bids, levelsOf(book.bids), (a, b) => a > b),
      joinLevels(market.asks, levelsOf(book.asks), (a, b) => a < b),
    );
    this.#report.quotes(instrument.symbol);
    this.#onMoved(instrument);
  }
}

const levelsOf = (orders: readonly Order[]): readonly Level[] =>
  orders.map((order) => ({ price: order.price, quantity: remaining(order) }));

function readDeal([at, of, buyerIsMaker]: DealText): Deal | undefined {
  const [dealt, size] = [readDecimal(price, at), readDecimal(quantity, of)];
  if (dealt === undefined || size === undefined || dealt <= 0n || size <= 0n) return undefined;
  return { price: dealt, quantity: size, buyerIsMaker };
}

/** Quotes from elsewhere may be finer than the tick here. */
function readLevel([at, of]: LevelText, { tick, minQuantity }: Instrument): Level | undefined {
  const [best, size] = [readDecimal(price, at), readDecimal(quantity, of)];
  if (best === undefined || size === undefined || best < tick) return undefined;
  return { price: roundToStep(best, tick, 'down'), quantity: size > minQuantity ? size : minQuantity };
}

function readDecimal<T>(read: (text: string) => T, text: string): T | undefined {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof DecimalError) return undefined;
    throw error;
  }
}
