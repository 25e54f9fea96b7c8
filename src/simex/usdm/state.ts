/**
 * The whole state of the exchange as plain data (maps, arrays, numbers, bigints), so that it can be stored and
 * restored as it is. The desks and the views work on it; nothing else remembers anything.
 */
import type { Price } from '#core/money.ts';
import { money } from '#core/money.ts';
import type { Market } from '../market/market.ts';
import { openMarket } from '../market/market.ts';
import type { RandomState } from '../market/random.ts';
import { seedRandom } from '../market/random.ts';
import type { Book } from '../matching/book.ts';
import { openBook } from '../matching/book.ts';
import type { Account } from './account.ts';
import { openAccount } from './account.ts';
import type { History } from './history.ts';
import { emptyHistory } from './history.ts';
import type { AlgoOrder, Order } from './order.ts';
import type { Instrument } from './symbols.ts';
import type { SimulatedExchangeOptions } from './types.ts';

/** What the exchange holds for one symbol. */
export interface Listing {
  readonly market: Market;
  readonly book: Book<Order>;
  /** Conditional orders that wait for their trigger, oldest first. */
  readonly algos: AlgoOrder[];
}

export interface ExchangeState {
  readonly seed: number;
  readonly listings: Map<string, Listing>;
  readonly account: Account;
  readonly history: History;
  /** Decides how much of a touched resting order fills. */
  readonly fillRandom: RandomState;
  nowMs: number;
  /** The time of the market's last step. */
  marketMs: number;
  nextOrderId: number;
  nextAlgoId: number;
  nextTradeId: number;
  nextBookUpdateId: number;
  ledgerLength: number;
}

const defaultBalance = '10000';
const FIRST_ORDER_ID = 1_000_001;
const FIRST_ALGO_ID = 2_000_001;

export function openState(
  options: SimulatedExchangeOptions,
  instruments: ReadonlyMap<string, Instrument>,
): ExchangeState {
  const startMs = options.startMs ?? 0;
  const listings = new Map<string, Listing>();
  for (const instrument of instruments.values()) {
    const market = openMarket(instrument, options.seed);
    listings.set(instrument.symbol, { market, book: openBook(), algos: [] });
  }
  return {
    seed: options.seed,
    listings,
    account: openAccount(money(options.balance ?? defaultBalance), options.dualSide ?? true),
    history: emptyHistory(),
    fillRandom: seedRandom(options.seed, 'fills'),
    nowMs: startMs,
    marketMs: startMs,
    nextOrderId: FIRST_ORDER_ID,
    nextAlgoId: FIRST_ALGO_ID,
    nextTradeId: 1,
    nextBookUpdateId: 1,
    ledgerLength: 0,
  };
}

export function listingOf(state: ExchangeState, symbol: string): Listing {
  const listing = state.listings.get(symbol);
  if (listing === undefined) throw new Error(`no listing for ${symbol}`);
  return listing;
}

export const markOf = (state: ExchangeState, symbol: string): Price => listingOf(state, symbol).market.mark;
