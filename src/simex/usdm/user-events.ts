/**
 * Events of the user data stream with their documented field names.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams
 */

import type { Money } from '#core/money.ts';
import { showMoney, showPrice, showQuantity, showRate, zeroMoney } from '#core/money.ts';
import { isIsolated } from './account.ts';
import { crossWalletOf, valuationOf } from './margin.ts';
import type { AlgoOrder, Order, Trade } from './order.ts';
import { averagePrice } from './order-view.ts';
import type { Position } from './position.ts';
import { breakEvenPriceOf, entryPriceOf, unrealizedPnl } from './position.ts';
import type { Floor } from './state.ts';
import { markOf } from './state.ts';
import type {
  AccountUpdate,
  AccountUpdateReason,
  AlgoUpdate,
  ExecutionType,
  MarginCall,
  OrderTradeUpdate,
  TradeLite,
} from './types.ts';

/** The numbers that the exchange documents for the end of an order. */
export const expiryReason = {
  none: 0,
  selfTrade: 1,
  immediateOrCancel: 2,
  reversedPosition: 4,
  liquidation: 5,
  noLiquidity: 9,
} as const;
export type ExpiryReason = (typeof expiryReason)[keyof typeof expiryReason];

/** What an order event tells beyond the order itself. */
export interface Execution {
  readonly type: ExecutionType;
  readonly trade?: Trade;
  readonly reason?: ExpiryReason;
  readonly modifyId?: number | undefined;
}

export function orderTradeUpdate(order: Order, execution: Execution, nowMs: number): OrderTradeUpdate {
  const { origin } = order;
  const { trade, modifyId } = execution;
  return {
    e: 'ORDER_TRADE_UPDATE',
    E: nowMs,
    T: nowMs,
    o: {
      s: order.symbol,
      c: order.clientOrderId,
      S: order.side,
      o: order.liquidates ? 'LIQUIDATION' : order.type,
      f: order.timeInForce,
      q: showQuantity(order.quantity),
      p: showPrice(order.price),
      ap: averagePrice(order),
      sp: origin === undefined ? '0' : showPrice(origin.triggerPrice),
      x: execution.type,
      X: order.status,
      i: order.orderId,
      ...(modifyId === undefined ? {} : { M: String(modifyId) }),
      l: trade === undefined ? '0' : showQuantity(trade.quantity),
      z: showQuantity(order.executed),
      L: trade === undefined ? '0' : showPrice(trade.price),
      n: trade === undefined ? '0' : showMoney(trade.commission),
      N: 'USDT',
      T: nowMs,
      t: trade?.tradeId ?? 0,
      b: '0',
      a: '0',
      m: trade?.maker ?? false,
      R: order.reduceOnly,
      wt: origin?.workingType ?? 'CONTRACT_PRICE',
      ot: origin?.type ?? order.type,
      ps: order.positionSide,
      cp: origin?.closePosition ?? false,
      ...(origin?.type === 'TRAILING_STOP_MARKET'
        ? { AP: showPrice(origin.activatePrice), cr: showRate(origin.callbackRate) }
        : {}),
      rp: trade === undefined ? '0' : showMoney(trade.realized),
      pP: origin?.priceProtect ?? false,
      si: origin?.algoId ?? 0,
      ss: 0,
      V: order.selfTradePrevention,
      pm: order.priceMatch,
      gtd: order.goodTillMs,
      er: String(execution.reason ?? expiryReason.none),
    },
  };
}

/** The short form of a fill, sent before the long one. */
export const tradeLite = (order: Order, trade: Trade, nowMs: number): TradeLite => ({
  e: 'TRADE_LITE',
  E: nowMs,
  T: nowMs,
  s: order.symbol,
  q: showQuantity(order.quantity),
  p: showPrice(order.price),
  m: trade.maker,
  c: order.clientOrderId,
  S: order.side,
  L: showPrice(trade.price),
  l: showQuantity(trade.quantity),
  t: trade.tradeId,
  i: order.orderId,
});

/** @param change what changed the balance other than profit and fees */
export function accountUpdate(
  floor: Floor,
  reason: AccountUpdateReason,
  positions: readonly Position[],
  change: Money = zeroMoney,
): AccountUpdate {
  const { nowMs, account } = floor.state;
  return {
    e: 'ACCOUNT_UPDATE',
    E: nowMs,
    T: nowMs,
    a: {
      m: reason,
      B: [
        {
          a: 'USDT',
          wb: showMoney(account.wallet),
          cw: showMoney(crossWalletOf(floor)),
          bc: showMoney(change),
        },
      ],
      P: positions.map((position) => ({
        s: position.symbol,
        pa: showQuantity(position.amount),
        ep: showPrice(entryPriceOf(position)),
        bep: showPrice(breakEvenPriceOf(position)),
        cr: showMoney(position.realized),
        up: showMoney(unrealizedPnl(position, markOf(floor.state, position.symbol))),
        mt: isIsolated(account, position) ? 'isolated' : 'cross',
        iw: showMoney(position.isolatedWallet),
        ps: position.positionSide,
      })),
    },
  };
}

export function marginCall(floor: Floor, positions: readonly Position[]): MarginCall {
  const { account, nowMs } = floor.state;
  const crossed = positions.some((position) => !isIsolated(account, position));
  return {
    e: 'MARGIN_CALL',
    E: nowMs,
    ...(crossed ? { cw: showMoney(crossWalletOf(floor)) } : {}),
    p: positions.map((position) => {
      const { mark, unrealized, maintenance } = valuationOf(floor, position);
      return {
        s: position.symbol,
        ps: position.positionSide,
        pa: showQuantity(position.amount),
        mt: isIsolated(account, position) ? 'ISOLATED' : 'CROSSED',
        iw: showMoney(position.isolatedWallet),
        mp: showPrice(mark),
        up: showMoney(unrealized),
        mm: showMoney(maintenance),
      };
    }),
  };
}

export function algoUpdate(algo: AlgoOrder, rejection: string | undefined, nowMs: number): AlgoUpdate {
  const { child } = algo;
  const made: Pick<AlgoUpdate['o'], 'ap' | 'aq' | 'act'> =
    child === undefined ? {} : { ap: averagePrice(child), aq: showQuantity(child.executed), act: child.type };
  return {
    e: 'ALGO_UPDATE',
    E: nowMs,
    T: nowMs,
    o: {
      caid: algo.clientAlgoId,
      aid: algo.algoId,
      at: 'CONDITIONAL',
      o: algo.type,
      s: algo.symbol,
      S: algo.side,
      ps: algo.positionSide,
      f: algo.timeInForce,
      q: showQuantity(algo.quantity),
      X: algo.status,
      ai: child === undefined ? '' : String(child.orderId),
      ...made,
      tp: showPrice(algo.triggerPrice),
      p: showPrice(algo.price),
      V: algo.selfTradePrevention,
      wt: algo.workingType,
      pm: algo.priceMatch,
      cp: algo.closePosition,
      pP: algo.priceProtect,
      R: algo.reduceOnly,
      tt: algo.triggeredMs,
      gtd: algo.goodTillMs,
      ...(rejection === undefined ? {} : { rm: rejection }),
      ia: false,
    },
  };
}
