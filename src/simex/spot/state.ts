/**
 * The whole state of the spot exchange as plain data (maps, arrays, numbers, bigints), so that it can be stored and
 * restored as it is. The desks and the views work on it; nothing else remembers anything.
 */
import type { Market } from '../market/market.ts';
import { openMarket } from '../market/market.ts';
import type { RandomState } from '../market/random.ts';
import { seedRandom } from '../market/random.ts';
import type { Archive, Ring } from '../matching/archive.ts';
import { emptyArchive, emptyRing } from '../matching/archive.ts';
import type { Book } from '../matching/book.ts';
import { openBook } from '../matching/book.ts';
import type { Account } from './account.ts';
import { openAccount } from './account.ts';
import type { AveragePrice } from './average-price.ts';
import { openAverage } from './average-price.ts';
import type { Order, OrderList, Trade } from './order.ts';
import type { Instrument } from './symbols.ts';
import type { SpotOpening } from './types.ts';

/** What the exchange holds for one symbol. */
export interface Listing {
  readonly market: Market;
  readonly average: AveragePrice;
  /** Every open order, pending and waiting ones too, oldest first. */
  readonly open: Set<Order>;
  /** Those of them that work. */
  readonly book: Book<Order>;
  /** Those of them that wait for their trigger, oldest first. */
  readonly stops: Set<Order>;
}

export interface SpotState {
  readonly seed: number;
  readonly listings: Map<string, Listing>;
  readonly account: Account;
  readonly orders: Archive<Order>;
  readonly lists: Archive<OrderList>;
  readonly trades: Ring<Trade>;
  /** Decides how much of a touched resting order fills. */
  readonly fillRandom: RandomState;
  nowMs: number;
  /** The time of the market's last step. */
  marketMs: number;
  nextOrderId: number;
  nextListId: number;
  nextTradeId: number;
  nextExecutionId: number;
  nextPreventedMatchId: number;
  nextBookUpdateId: number;
  ledgerLength: number;
}

const defaultBalances = { USDT: '10000', BTC: '1', ETH: '10', BNB: '10', SOL: '100', XRP: '10000' };
const FIRST_ORDER_ID = 5_000_001;
const ENDED_ORDERS_MAX = 10_000;
const ENDED_LISTS_MAX = 5_000;
const TRADES_MAX = 20_000;

export function openState(options: SpotOpening, instruments: ReadonlyMap<string, Instrument>): SpotState {
  const startMs = options.startMs ?? 0;
  const listings = new Map<string, Listing>();
  for (const instrument of instruments.values()) {
    listings.set(instrument.symbol, {
      market: openMarket(instrument, options.seed),
      average: openAverage(),
      open: new Set(),
      book: openBook(),
      stops: new Set(),
    });
  }
  return {
    seed: options.seed,
    listings,
    account: openAccount(options.balances ?? defaultBalances),
    orders: emptyArchive(ENDED_ORDERS_MAX),
    lists: emptyArchive(ENDED_LISTS_MAX),
    trades: emptyRing(TRADES_MAX),
    fillRandom: seedRandom(options.seed, 'spot-fills'),
    nowMs: startMs,
    marketMs: startMs,
    nextOrderId: FIRST_ORDER_ID,
    nextListId: 1,
    nextTradeId: 1,
    nextExecutionId: 1,
    nextPreventedMatchId: 1,
    nextBookUpdateId: 1,
    ledgerLength: 0,
  };
}

export function listingOf(state: SpotState, symbol: string): Listing {
  const listing = state.listings.get(symbol);
  if (listing === undefined) throw new Error(`no listing for ${symbol}`);
  return listing;
}
