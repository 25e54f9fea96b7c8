/** Whether the configured sizes and distances make orders that the exchange takes, tried with the engine's own planning. */

import {
  type AccountId,
  type Leg,
  type PositionSide,
  positionKeyOf,
  type Seq,
  type SignalKey,
  type StrategyId,
  type TraceId,
} from '#core/ids.ts';
import { type InstrumentText, instrument, type Quote } from '#core/instrument.ts';
import {
  money,
  movePrice,
  negateRate,
  notional,
  type Price,
  quantityFor,
  rate,
  scalePrice,
  showMoney,
  showPrice,
} from '#core/money.ts';
import { planOrder } from '#core/plan.ts';
import type { TradingSettings } from '#core/settings.ts';
import type { Finding, Verdicts } from './finding.ts';

export function examineSymbol(
  listed: InstrumentText,
  mark: Price,
  settings: TradingSettings,
  verdict: Verdicts,
): Finding[] {
  const sides = (['LONG', 'SHORT'] as const).flatMap((side) =>
    stopFaults(listed, mark, side, settings, verdict),
  );
  return [
    size(listed, mark, settings, verdict),
    ...(sides.length > 0 ? sides : [stopOk(listed, settings, verdict)]),
  ];
}

function size(listed: InstrumentText, mark: Price, settings: TradingSettings, verdict: Verdicts): Finding {
  const { symbol } = listed;
  const { orderNotional, positionMode } = settings;
  const quantity = quantityFor(money(orderNotional), mark, 'down');
  const plan = planOrder(
    { ...purpose('entry', 'LONG', listed), positionMode, quantity, raiseToMinimum: true },
    instrument(listed),
    marketAt(mark),
  );
  const fix = 'Set TRADEENGINE_ORDER_NOTIONAL to a size that the exchange takes of every symbol.';
  if (!plan.ok) {
    const { reason, value, limit } = plan.refusal;
    return verdict.fail(
      `${symbol}: an order of ${orderNotional} is refused: ${reason}, ${value} against ${limit}`,
      fix,
    );
  }
  const value = showMoney(notional(mark, plan.quantity));
  if (plan.quantity > quantity) {
    return verdict.warn(
      `${symbol}: the smallest order is worth ${value}, more than the ${orderNotional} configured`,
      fix,
    );
  }
  return verdict.ok(`${symbol}: an order of ${orderNotional} buys ${plan.order.quantity}, worth ${value}`);
}

/** The stop of a position at the mark price: on its ticks, on its side, and within the price band. */
function stopFaults(
  listed: InstrumentText,
  mark: Price,
  side: PositionSide,
  settings: TradingSettings,
  verdict: Verdicts,
): Finding[] {
  const { symbol } = listed;
  const rules = instrument(listed);
  const { positionMode, stopLossRate } = settings;
  const distance = side === 'LONG' ? negateRate(rate(stopLossRate)) : rate(stopLossRate);
  const triggerPrice = movePrice(mark, distance, side === 'LONG' ? 'up' : 'down');
  const plan = planOrder(
    { ...purpose('stop', side, listed), positionMode, quantity: rules.marketQuantityMin, triggerPrice },
    rules,
    marketAt(mark),
  );
  const fix = 'Set TRADEENGINE_STOP_LOSS_RATE to a distance that the exchange takes of every symbol.';
  const what = `${symbol} ${side}: a stop ${stopLossRate} from ${showPrice(mark)}`;
  if (!plan.ok) {
    const { reason, value, limit } = plan.refusal;
    return [verdict.fail(`${what} is refused: ${reason}, ${value} against ${limit}`, fix)];
  }
  // https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code: -4183 and -4184
  const lowest = scalePrice(mark, rules.multiplierDown, 'up');
  const highest = scalePrice(mark, rules.multiplierUp, 'down');
  if (triggerPrice >= lowest && triggerPrice <= highest) return [];
  const band = `${showPrice(lowest)} to ${showPrice(highest)}`;
  return [verdict.warn(`${what} lies outside the price band, ${band}`, fix)];
}

const stopOk = ({ symbol }: InstrumentText, { stopLossRate }: TradingSettings, verdict: Verdicts): Finding =>
  verdict.ok(`${symbol}: stops ${stopLossRate} from the entry can be placed`);

const marketAt = (mark: Price): Quote => ({ mark, bid: mark, ask: mark, atMs: 0 });

/** Of an order that is never sent. */
function purpose(leg: Leg, side: PositionSide, { symbol }: InstrumentText) {
  const strategyId = 'doctor' as StrategyId;
  return {
    story: { signal: 1 as Seq, key: 'a'.repeat(20) as SignalKey, trace: '0'.repeat(32) as TraceId },
    position: positionKeyOf({ account: 'doctor' as AccountId, strategy: strategyId, symbol, side }),
    strategyId,
    leg,
    side,
    attempt: 1,
  };
}
