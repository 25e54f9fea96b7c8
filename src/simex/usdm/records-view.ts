/** What the account's history endpoints answer: income, amendments, margin moves, liquidations, funding rates. */
import { negateMoney, showMoney, showPrice, showQuantity, showRate } from '#core/money.ts';
import { inOrder } from '../matching/archive.ts';
import type { Refusal, Result } from '../matching/result.ts';
import { knownOrders, knownTrades, page, week } from './lookup.ts';
import type { Order } from './order.ts';
import { orderView } from './order-view.ts';
import type { HistoryParams } from './params.ts';
import * as refusals from './refusals.ts';
import { isRefusal } from './request.ts';
import type { ExchangeState } from './state.ts';

type Rows<T> = Result<{ readonly rows: readonly T[] }>;
const rowsOf = <T>(found: readonly T[] | Refusal): Rows<T> =>
  isRefusal(found) ? found : { ok: true, rows: found };

/** Fees and realised profit are read off the trades. */
export function incomes(state: ExchangeState, params: HistoryParams) {
  const ofTrades = knownTrades(state.history).flatMap((trade) => {
    const common = {
      symbol: trade.order.symbol,
      asset: 'USDT',
      time: trade.timeMs,
      tranId: trade.tradeId,
      tradeId: String(trade.tradeId),
    };
    const fee = {
      ...common,
      incomeType: 'COMMISSION',
      info: 'COMMISSION',
      income: showMoney(negateMoney(trade.commission)),
    };
    if (trade.realized === 0n) return [fee];
    return [
      fee,
      { ...common, incomeType: 'REALIZED_PNL', info: 'REALIZED_PNL', income: showMoney(trade.realized) },
    ];
  });
  const others = inOrder(state.history.incomes).map((income) => ({
    symbol: income.symbol,
    asset: 'USDT',
    info: income.type,
    time: income.timeMs,
    tranId: income.transactionId,
    tradeId: '',
    incomeType: income.type,
    income: showMoney(income.amount),
  }));
  const wanted = [...ofTrades, ...others]
    .filter(({ incomeType }) => params.incomeType === undefined || incomeType === params.incomeType)
    .sort((a, b) => a.time - b.time);
  const describe = ({ tranId, symbol, time }: (typeof wanted)[number]) => ({
    id: tranId,
    symbol,
    timeMs: time,
  });
  return rowsOf(
    page(wanted, describe, params, undefined, {
      limitDefault: 100,
      limitMax: 1000,
      days: week(state.nowMs),
    }),
  );
}

export function amendments(state: ExchangeState, params: HistoryParams) {
  const { symbol, orderId, origClientOrderId } = params;
  if (symbol === undefined) return refusals.missingParameter('symbol');
  const rows = inOrder(state.history.amendments)
    .filter(({ order }) => orderId === undefined || String(order.orderId) === orderId)
    .filter(({ order }) => origClientOrderId === undefined || order.clientOrderId === origClientOrderId)
    .map((amendment) => ({
      amendmentId: amendment.amendmentId,
      symbol: amendment.order.symbol,
      pair: amendment.order.symbol,
      orderId: amendment.order.orderId,
      clientOrderId: amendment.order.clientOrderId,
      time: amendment.timeMs,
      amendment: {
        price: { before: showPrice(amendment.priceBefore), after: showPrice(amendment.price) },
        origQty: { before: showQuantity(amendment.quantityBefore), after: showQuantity(amendment.quantity) },
        count: amendment.count,
        ...(amendment.modifyId === undefined ? {} : { modifyId: amendment.modifyId }),
      },
    }));
  const describe = (row: (typeof rows)[number]) => ({ id: row.amendmentId, symbol, timeMs: row.time });
  return rowsOf(page(rows, describe, params, undefined, { limitDefault: 50, limitMax: 100 }));
}

export function marginMoves(state: ExchangeState, params: HistoryParams) {
  const { symbol, type } = params;
  if (symbol === undefined) return refusals.missingParameter('symbol');
  const rows = inOrder(state.history.marginMoves)
    .map((move) => ({
      symbol: move.symbol,
      type: move.amount > 0n ? 1 : 2,
      deltaType: 'USER_ADJUST',
      amount: showMoney(move.amount),
      asset: 'USDT',
      time: move.timeMs,
      positionSide: move.positionSide,
    }))
    .filter((row) => type === undefined || String(row.type) === type);
  const describe = (row: (typeof rows)[number]) => ({ id: 0, symbol: row.symbol, timeMs: row.time });
  return rowsOf(page(rows, describe, params, undefined, { limitDefault: 500, limitMax: 1000 }));
}

/** Nothing is ever deleveraged here, so ADL has no orders. */
export function forceOrders(state: ExchangeState, params: HistoryParams) {
  const { autoCloseType } = params;
  if (autoCloseType !== undefined && autoCloseType !== 'LIQUIDATION' && autoCloseType !== 'ADL') {
    return refusals.invalidParameter('autoCloseType');
  }
  const orders =
    autoCloseType === 'ADL' ? [] : knownOrders(state.history).filter(({ liquidates }) => liquidates);
  const found = page(orders, describeOrder, params, undefined, {
    limitDefault: 50,
    limitMax: 100,
    days: week(state.nowMs),
  });
  return isRefusal(found) ? found : rowsOf(found.map(forceOrderView));
}

const describeOrder = ({ orderId, symbol, createdMs }: Order) => ({ id: orderId, symbol, timeMs: createdMs });

function forceOrderView(order: Order) {
  const {
    priceProtect: _p,
    priceMatch: _m,
    selfTradePreventionMode: _s,
    goodTillDate: _g,
    ...view
  } = orderView(order);
  return view;
}

export function fundingRates(state: ExchangeState, params: HistoryParams) {
  const rows = inOrder(state.history.fundings).map((funding) => ({
    symbol: funding.symbol,
    fundingRate: showRate(funding.rate),
    fundingTime: funding.timeMs,
    markPrice: showPrice(funding.mark),
  }));
  const describe = (row: (typeof rows)[number]) => ({ id: 0, symbol: row.symbol, timeMs: row.fundingTime });
  return rowsOf(page(rows, describe, params, undefined, { limitDefault: 100, limitMax: 1000 }));
}
