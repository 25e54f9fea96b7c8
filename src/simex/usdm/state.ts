/**
 * The whole state of the exchange as plain data (maps, arrays, numbers, bigints), so that it can be stored and
 * restored as it is. The desks and the views work on it; nothing else remembers anything.
 */
import type { Price } from '#core/money.ts';
import { money } from '#core/money.ts';
import type { Followed } from '../market/follow.ts';
import type { Market } from '../market/market.ts';
import { openMarket } from '../market/market.ts';
import type { RandomState } from '../market/random.ts';
import { seedRandom } from '../market/random.ts';
import type { Tape } from '../market/tape.ts';
import { emptyTape, showDepth } from '../market/tape.ts';
import type { Book } from '../matching/book.ts';
import { openBook } from '../matching/book.ts';
import type { Account } from './account.ts';
import { openAccount } from './account.ts';
import type { History } from './history.ts';
import { emptyHistory } from './history.ts';
import type { SimulatedExchangeOptions } from './options.ts';
import type { AlgoOrder, Order } from './order.ts';
import { tradingKey } from './restrictions.ts';
import type { Instrument } from './symbols.ts';

/** What the exchange holds for one symbol. */
export interface Listing {
  readonly market: Market;
  /** What the public has seen of it. */
  readonly tape: Tape;
  readonly book: Book<Order>;
  /** Conditional orders that wait for their trigger, oldest first. */
  readonly algos: AlgoOrder[];
  /** When the countdown of cancel-all runs out. */
  cancelAllAtMs: number | undefined;
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
  /** How far prices from outside have come, if any do. */
  followed: Followed | undefined;
  nextOrderId: number;
  nextAlgoId: number;
  nextTradeId: number;
  nextBookUpdateId: number;
  nextAmendmentId: number;
  nextTransactionId: number;
  /** The last instant of funding that is settled. */
  fundedMs: number;
  ledgerLength: number;
}

/** The state together with the rules of what is listed. */
export interface Floor {
  readonly state: ExchangeState;
  readonly instruments: ReadonlyMap<string, Instrument>;
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
    const tape = emptyTape();
    showDepth(tape, market.bids, market.asks);
    listings.set(instrument.symbol, { market, tape, book: openBook(), algos: [], cancelAllAtMs: undefined });
  }
  return {
    seed: options.seed,
    listings,
    account: openAccount(money(options.balance ?? defaultBalance), options.dualSide ?? true, {
      ...tradingKey,
      ...options.apiRestrictions,
    }),
    history: emptyHistory(),
    fillRandom: seedRandom(options.seed, 'fills'),
    nowMs: startMs,
    marketMs: startMs,
    followed: undefined,
    nextOrderId: FIRST_ORDER_ID,
    nextAlgoId: FIRST_ALGO_ID,
    nextTradeId: 1,
    nextBookUpdateId: 1,
    nextAmendmentId: 1,
    nextTransactionId: 1,
    fundedMs: startMs,
    ledgerLength: 0,
  };
}

export function listingOf(state: ExchangeState, symbol: string): Listing {
  const listing = state.listings.get(symbol);
  if (listing === undefined) throw new Error(`no listing for ${symbol}`);
  return listing;
}

export const markOf = (state: ExchangeState, symbol: string): Price => listingOf(state, symbol).market.mark;

export function instrumentOn({ instruments }: Floor, symbol: string): Instrument {
  const instrument = instruments.get(symbol);
  if (instrument === undefined) throw new Error(`no instrument ${symbol}`);
  return instrument;
}
