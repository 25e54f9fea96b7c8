/** What the exchange says of an order, as facts: acceptance, trigger, fills with their effect on the position, the end. */

import type { RecordOutcome } from './command.ts';
import type { Fact } from './facts.ts';
import { MICROS_PER_MS, type Micros } from './ids.ts';
import {
  addQuantity,
  basisPoints,
  type DecimalText,
  money,
  price,
  type Quantity,
  quantity,
  showMoney,
  showPrice,
  showQuantity,
  showRate,
  subtractQuantity,
  zeroMoney,
  zeroQuantity,
} from './money.ts';
import { aboutOrder, type Order, type OrderReport, type Story, type Trade } from './order.ts';
import {
  entryPriceOf,
  type FillFigures,
  type Holding,
  increase,
  levelsFrom,
  noHolding,
  type Position,
  reduce,
} from './position.ts';
import { takeAway } from './reconcile.ts';
import { retryAfter } from './retry.ts';
import { type EngineState, heldIn, positionsIn } from './state.ts';

/** Begins the id of a fill that stands for trades that could not be read. */
const SUMMARY = 'summary-';

/** An entry that has not been heard of for so long after an order took what it added has added nothing. */
const ENTRY_LATE_MS_MAX = 30_000;

export function decideOutcome(state: EngineState, order: Order, command: RecordOutcome, at: Micros): Fact[] {
  const { outcome, sentAt, answeredAt } = command;
  if (outcome.kind === 'accepted') {
    return decideReport(state, order, outcome.report, { how: 'query', sentAt, answeredAt }, at);
  }
  // The user stream was faster: what it said of the order stands.
  if (order.phase !== 'planned') return [];
  if (outcome.kind === 'unknown') {
    const { cause, decidableAt } = outcome;
    return [{ type: 'order.unknown', ...aboutOrder(order), cause, plannedAt: order.plannedAt, decidableAt }];
  }
  const { refusal, code, message } = outcome;
  const retryAt = retryAfter(order, refusal, at);
  return [
    {
      type: 'order.refused',
      ...aboutOrder(order),
      refusal,
      code,
      message,
      plannedAt: order.plannedAt,
      sentAt,
      answeredAt,
      ...(retryAt === undefined ? {} : { retryAt }),
    },
  ];
}

interface Told {
  readonly how: 'stream' | 'query';
  readonly sentAt?: Micros;
  readonly answeredAt?: Micros;
  /** The exchange was asked for the trades often enough: what it executed is taken at the average price. */
  readonly tradesOverdue?: boolean;
}

export function decideReport(
  state: EngineState,
  order: Order,
  report: OrderReport,
  told: Told,
  at: Micros,
): Fact[] {
  const { how, sentAt, answeredAt } = told;
  const timing = {
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(answeredAt === undefined ? {} : { answeredAt }),
  };
  const facts: Fact[] = [];
  const { exchangeOrderId, childOrderId } = report;
  const { plannedAt } = order;
  if (order.phase === 'planned') {
    facts.push({ type: 'order.accepted', ...aboutOrder(order), exchangeOrderId, plannedAt, ...timing });
  } else if (order.phase !== 'open') {
    facts.push({
      type: 'order.resolved',
      ...aboutOrder(order),
      placed: true,
      how,
      exchangeOrderId,
      plannedAt,
    });
  }
  if (childOrderId !== undefined && order.childOrderId === undefined) {
    facts.push({ type: 'order.triggered', ...aboutOrder(order), childOrderId });
  }
  const trades = newTrades(order, report, told);
  if (!isAheadOfItsEntry(state, order, trades, at)) facts.push(...fillFacts(state, order, trades));
  if (report.status !== 'open' && order.ended === undefined) {
    facts.push({
      type: 'order.ended',
      ...aboutOrder(order),
      status: report.status,
      executed: report.executed,
    });
  }
  return facts;
}

/**
 * It took more than the journal holds for all strategies, of an entry that fills without our knowing yet: its trades
 * count as missing until that is known, or could have been for long enough.
 */
function isAheadOfItsEntry(state: EngineState, order: Order, trades: readonly Trade[], at: Micros): boolean {
  if (order.leg === 'entry' || trades.length === 0) return false;
  const { side, plan } = order;
  const earliestMs = at / MICROS_PER_MS - ENTRY_LATE_MS_MAX;
  const taken = trades.filter(({ tradedAtMs }) => tradedAtMs > earliestMs);
  if (totalOf(taken) <= heldIn(positionsIn(state, plan.symbol, side))) return false;
  return [...state.orders.values()].some(
    (other) => other.plan.symbol === plan.symbol && other.side === side && mayAdd(other),
  );
}

const mayAdd = (order: Order): boolean => order.leg === 'entry' && order.phase !== 'waiting';

const totalOf = (trades: readonly Trade[]): Quantity =>
  trades.reduce((sum, trade) => addQuantity(sum, quantity(trade.quantity)), zeroQuantity);

/**
 * The trades that are not booked yet, each once. A summary cannot be told apart from the trades that it stands for: what
 * is executed after one is summed up, too.
 */
function newTrades(order: Order, report: OrderReport, told: Told): readonly Trade[] {
  const summed = order.tradeIds.some((id) => id.startsWith(SUMMARY));
  const seen = new Set(order.tradeIds);
  const trades: Trade[] = [];
  for (const trade of summed ? [] : report.trades) {
    if (!seen.has(trade.tradeId)) trades.push(trade);
    seen.add(trade.tradeId);
  }
  return summed || told.tradesOverdue === true ? [...trades, ...summaryOf(order, report, trades)] : trades;
}

/**
 * A position that the exchange has opened must be guarded even if its trades cannot be read: what is missing of them
 * is made up from the order's own total and average price. Its fee is not known.
 */
function summaryOf(order: Order, { averagePrice, executed }: OrderReport, trades: readonly Trade[]): Trade[] {
  const missing = subtractQuantity(quantity(executed), addQuantity(order.filled, totalOf(trades)));
  if (averagePrice === undefined || missing <= 0n) return [];
  return [
    {
      tradeId: `${SUMMARY}${executed}`,
      price: averagePrice,
      quantity: showQuantity(missing),
      fee: '0',
      feeAsset: '',
      maker: false,
      tradedAtMs: Math.floor(order.heardAt / MICROS_PER_MS),
    },
  ];
}

function fillFacts(state: EngineState, order: Order, trades: readonly Trade[]): Fact[] {
  const facts: Fact[] = [];
  const held = state.positions.get(order.position);
  let holding = held?.holding;
  let story = held?.story;
  for (const trade of trades) {
    facts.push({
      type: 'order.filled',
      ...aboutOrder(order),
      position: order.position,
      ...trade,
      plannedAt: order.plannedAt,
      ...slippage(order, trade),
    });
    const fill = figuresOf(state, order, trade);
    if (order.leg === 'entry') {
      const before = holding;
      holding = increase(before ?? noHolding, fill);
      facts.push(entered(order, held, story, holding));
      story ??= order.story;
    } else if (holding !== undefined && story !== undefined) {
      holding = reduce(holding, order.side, fill);
      const openedAt = held?.openedAt ?? order.plannedAt;
      facts.push(left(order, story, holding, openedAt));
      if (holding.quantity === 0n) holding = undefined;
    }
  }
  if (order.leg === 'entry') return facts;
  const given = subtractQuantity(sizeOf(held?.holding), sizeOf(holding));
  return [...facts, ...takenFromOthers(state, order, subtractQuantity(totalOf(trades), given))];
}

const sizeOf = (holding: Holding | undefined): Quantity => holding?.quantity ?? zeroQuantity;

/** The exchange holds the positions of all strategies as one: what an order's own did not have came from another. */
function takenFromOthers(state: EngineState, { plan, side, position }: Order, surplus: Quantity): Fact[] {
  if (surplus === zeroQuantity) return [];
  const others = positionsIn(state, plan.symbol, side).filter(({ key }) => key !== position);
  return takeAway(others, surplus);
}

function slippage({ plan, expected }: Order, trade: Trade): { slippageBps?: DecimalText } {
  if (expected === undefined) return {};
  const [from, to] = plan.side === 'BUY' ? [expected, trade.price] : [trade.price, expected];
  return { slippageBps: showRate(basisPoints(price(from), price(to), price(expected))) };
}

const shown = (holding: Holding) => ({
  quantity: showQuantity(holding.quantity),
  cost: showMoney(holding.cost),
  realised: showMoney(holding.realised),
  fees: showMoney(holding.fees),
});

/** The position after a fill that opened it or added to it, with the levels that the entry asks for. */
function entered(order: Order, held: Position | undefined, story: Story | undefined, holding: Holding): Fact {
  const { stop, target } = levelsFrom(order.protection ?? {}, order.side, entryPriceOf(holding));
  if (stop === undefined) throw new Error(`entry ${order.plan.clientOrderId} was planned without a stop`);
  const levels = {
    stop: showPrice(stop),
    ...(target === undefined ? {} : { target: showPrice(target) }),
  };
  const revoked = order.revoked ? { flatten: 'close_signal' as const } : {};
  const { signal, trace } = order.story;
  const common = { position: order.position, signal, trace, ...shown(holding), ...revoked };
  if (story !== undefined) {
    // A late fill of an older signal does not take the levels of a newer one back.
    const newest = held === undefined || signal >= held.levelsOf.signal;
    return { type: 'position.changed', ...common, ...(newest ? levels : {}) };
  }
  return {
    type: 'position.opened',
    ...common,
    ...levels,
    story: order.story,
    strategyId: order.strategyId,
    symbol: order.plan.symbol,
    side: order.side,
  };
}

/** The position after a fill that took from it. */
function left(order: Order, story: Story, holding: Holding, openedAt: Micros): Fact {
  const common = { position: order.position, signal: story.signal, trace: story.trace, ...shown(holding) };
  return holding.quantity === 0n
    ? { type: 'position.closed', ...common, by: order.leg, openedAt }
    : { type: 'position.changed', ...common };
}

function figuresOf(state: EngineState, order: Order, trade: Trade): FillFigures {
  const quoteAsset = state.listings.get(order.plan.symbol)?.quoteAsset;
  return {
    price: price(trade.price),
    quantity: quantity(trade.quantity),
    // Fees in another asset (BNB) are in the fill's own fact; they are not converted.
    fee: trade.feeAsset === quoteAsset ? money(trade.fee) : zeroMoney,
  };
}
