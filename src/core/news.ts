/** What the exchange says of an order, as facts: acceptance, trigger, fills with their effect on the position, the end. */

import type { RecordOutcome } from './command.ts';
import type { Fact } from './facts.ts';
import { addMs, type Leg, type Micros } from './ids.ts';
import { money, price, quantity, showMoney, showPrice, showQuantity, zeroMoney } from './money.ts';
import type { ExchangeRefusal, Order, OrderReport, Story, Trade } from './order.ts';
import {
  entryPriceOf,
  type FillFigures,
  type Holding,
  increase,
  levelsFrom,
  noHolding,
  reduce,
} from './position.ts';
import type { EngineState } from './state.ts';

/** How often an entry or a close is sent before it is given up. */
const ATTEMPTS_MAX = 3;
const RETRY_DELAY_MS = 500;

/** The part that every fact about an order carries. */
export const about = (order: Order) => ({
  clientOrderId: order.plan.clientOrderId,
  signal: order.story.signal,
  trace: order.story.trace,
  symbol: order.plan.symbol,
  leg: order.leg,
});

/** The orders that keep a position safe are tried until the position is safe or gone. */
const isGuard = (leg: Leg): boolean => leg === 'stop' || leg === 'take_profit' || leg === 'flatten';

export const attemptsUsed = (order: Order): boolean => !isGuard(order.leg) && order.attempt >= ATTEMPTS_MAX;

function mayRetry(order: Order, refusal: ExchangeRefusal): boolean {
  // A trigger that the market has passed is answered by flattening the position, not by trying again.
  if (isGuard(order.leg)) return refusal !== 'would_trigger';
  return (refusal === 'throttled' || refusal === 'unavailable') && !attemptsUsed(order);
}

export function decideOutcome(state: EngineState, order: Order, command: RecordOutcome, at: Micros): Fact[] {
  const { outcome, sentAt, answeredAt } = command;
  if (outcome.kind === 'accepted') {
    return decideReport(state, order, outcome.report, 'query', { sentAt, answeredAt });
  }
  // The user stream was faster: what it said of the order stands.
  if (order.phase !== 'planned') return [];
  if (outcome.kind === 'unknown') {
    const { cause, decidableAt } = outcome;
    return [{ type: 'order.unknown', ...about(order), cause, plannedAt: order.plannedAt, decidableAt }];
  }
  const { refusal, code, message } = outcome;
  const retry = mayRetry(order, refusal) ? { retryAt: addMs(at, RETRY_DELAY_MS) } : {};
  return [
    {
      type: 'order.refused',
      ...about(order),
      refusal,
      code,
      message,
      plannedAt: order.plannedAt,
      sentAt,
      answeredAt,
      ...retry,
    },
  ];
}

export function decideReport(
  state: EngineState,
  order: Order,
  report: OrderReport,
  how: 'stream' | 'query',
  timing: { sentAt?: Micros; answeredAt?: Micros } = {},
): Fact[] {
  const facts: Fact[] = [];
  const { exchangeOrderId, childOrderId } = report;
  const { plannedAt } = order;
  if (order.phase === 'planned') {
    facts.push({ type: 'order.accepted', ...about(order), exchangeOrderId, plannedAt, ...timing });
  } else if (order.phase !== 'open') {
    facts.push({ type: 'order.resolved', ...about(order), placed: true, how, exchangeOrderId, plannedAt });
  }
  if (childOrderId !== undefined && order.childOrderId === undefined) {
    facts.push({ type: 'order.triggered', ...about(order), childOrderId });
  }
  facts.push(...fillFacts(state, order, report.trades));
  if (report.status !== 'open' && order.ended === undefined) {
    facts.push({ type: 'order.ended', ...about(order), status: report.status, executed: report.executed });
  }
  return facts;
}

function fillFacts(state: EngineState, order: Order, trades: readonly Trade[]): Fact[] {
  const facts: Fact[] = [];
  const held = state.positions.get(order.position);
  let holding = held?.holding;
  let story = held?.story;
  const seen = new Set<string>();
  for (const trade of trades) {
    if (order.tradeIds.has(trade.tradeId) || seen.has(trade.tradeId)) continue;
    seen.add(trade.tradeId);
    facts.push({
      type: 'order.filled',
      ...about(order),
      position: order.position,
      ...trade,
      plannedAt: order.plannedAt,
    });
    const fill = figuresOf(state, order, trade);
    if (order.leg === 'entry') {
      const before = holding;
      holding = increase(before ?? noHolding, fill);
      facts.push(entered(order, story, holding));
      story ??= order.story;
    } else if (holding !== undefined && story !== undefined) {
      holding = reduce(holding, order.side, fill);
      const openedAt = held?.openedAt ?? order.plannedAt;
      facts.push(left(order, story, holding, openedAt));
      if (holding.quantity === 0n) holding = undefined;
    }
  }
  return facts;
}

const shown = (holding: Holding) => ({
  quantity: showQuantity(holding.quantity),
  cost: showMoney(holding.cost),
  realised: showMoney(holding.realised),
  fees: showMoney(holding.fees),
});

/** The position after a fill that opened it or added to it, with the levels that the entry asks for. */
function entered(order: Order, story: Story | undefined, holding: Holding): Fact {
  const { stop, target } = levelsFrom(order.protection ?? {}, order.side, entryPriceOf(holding));
  if (stop === undefined) throw new Error(`entry ${order.plan.clientOrderId} was planned without a stop`);
  const levels = {
    stop: showPrice(stop),
    ...(target === undefined ? {} : { target: showPrice(target) }),
    ...(order.revoked ? { flatten: 'close_signal' as const } : {}),
  };
  const { signal, trace } = order.story;
  const common = { position: order.position, signal, trace, ...shown(holding), ...levels };
  if (story !== undefined) return { type: 'position.changed', ...common };
  return {
    type: 'position.opened',
    ...common,
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
