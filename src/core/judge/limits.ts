/** The bounds of the account as a whole, and those of one entry that is sized. */

import { countIn, drawdownOf, type Funds } from '../account.ts';
import { MICROS_PER_MS, type Micros, type PositionKey } from '../ids.ts';
import type { Quote } from '../instrument.ts';
import {
  addMoney,
  money,
  movePrice,
  negateRate,
  notional,
  type Price,
  type Quantity,
  rate,
  rateBetween,
  shareOf,
  showMoney,
  showPrice,
  showRate,
  zeroMoney,
} from '../money.ts';
import { openValueOf } from '../order.ts';
import { noHolding } from '../position.ts';
import type { EntryRules } from '../settings.ts';
import { type EngineState, ordersOf } from '../state.ts';
import { lostToday } from '../usage.ts';
import type { Measurements } from './measurements.ts';

/** Whether anything may be added to the account at all; the money that the rest is measured by. */
export function judgeAccount(state: EngineState, at: Micros, measurements: Measurements): Funds | undefined {
  const { trading, funds, settings } = state;
  const { limits } = settings;
  const active = trading.state === 'active';
  if (!measurements.measure('trading_state', trading.state, 'active', active)) return undefined;
  const ageMs = funds === undefined ? undefined : Math.floor((at - funds.measuredAt) / MICROS_PER_MS);
  const known = ageMs !== undefined && ageMs <= limits.equityAgeMsMax;
  const age = ageMs === undefined ? 'not told yet' : `${ageMs} ms old`;
  if (!measurements.measure('equity_age', age, `${limits.equityAgeMsMax} ms`, known)) return undefined;
  return funds !== undefined && withinLimits(state, funds, at, measurements) ? funds : undefined;
}

function withinLimits(state: EngineState, funds: Funds, at: Micros, measurements: Measurements): boolean {
  const { limits } = state.settings;
  const count = (
    rule: 'losses_in_a_row_max' | 'positions_max' | 'orders_max' | 'entries_per_minute_max',
    value: number,
    max: number | undefined,
  ): boolean => max === undefined || measurements.measure(rule, `${value}`, `${max}`, value < max);
  const lost = lostToday(state, at);
  const bearable = shareOf(funds.equity, rate(limits.dailyLossEquityRateMax), 'down');
  const drawdown = drawdownOf(funds);
  return (
    measurements.measure('daily_loss_max', showMoney(lost), showMoney(bearable), lost <= bearable) &&
    measurements.measure(
      'drawdown_max',
      showRate(drawdown),
      limits.drawdownRateMax,
      drawdown <= rate(limits.drawdownRateMax),
    ) &&
    count('losses_in_a_row_max', state.lossesInARow, limits.lossesInARowMax) &&
    count('positions_max', state.positions.size, limits.positionsMax) &&
    count('orders_max', state.orders.size, limits.ordersMax) &&
    count('entries_per_minute_max', countIn(state.entriesPlanned, at), limits.entriesPerMinuteMax)
  );
}

/** Whether the market is one to enter by. */
export function judgeMarket(
  rules: EntryRules,
  quote: Quote,
  limit: Price | undefined,
  measurements: Measurements,
): boolean {
  const spread = rateBetween(quote.bid, quote.ask, quote.mark);
  const tight = spread <= rate(rules.spreadRateMax);
  if (!measurements.measure('spread_max', showRate(spread), rules.spreadRateMax, tight)) return false;
  if (limit === undefined) return true;
  const collar = rate(rules.priceCollarRate);
  const low = movePrice(quote.mark, negateRate(collar), 'up');
  const high = movePrice(quote.mark, collar, 'down');
  const within = limit >= low && limit <= high;
  const range = `${showPrice(low)} to ${showPrice(high)}`;
  return measurements.measure('price_collar', showPrice(limit), range, within);
}

export interface SizedEntry {
  readonly position: PositionKey;
  readonly quantity: Quantity;
  /** What each unit is reckoned at. */
  readonly reference: Price;
}

/** Whether the account can bear the entry, with all that is under way at its worst. */
export function judgeSize(
  state: EngineState,
  rules: EntryRules,
  { position, quantity, reference }: SizedEntry,
  { equity }: Funds,
  measurements: Measurements,
): boolean {
  const value = notional(reference, quantity);
  const most = rules.orderNotionalMax === undefined ? undefined : money(rules.orderNotionalMax);
  const entries = ordersOf(state, position, 'entry');
  const working = entries.reduce((sum, order) => addMoney(sum, openValueOf(order)), zeroMoney);
  const held = state.positions.get(position);
  const { cost } = held?.holding ?? noHolding;
  const positionValue = addMoney(addMoney(cost, working), value);
  const positionMax = shareOf(equity, rate(rules.positionEquityRateMax), 'down');
  const exposure = addMoney(state.exposure, value);
  const exposureMax = shareOf(equity, rate(state.settings.limits.exposureEquityRateMax), 'down');
  const { entriesPerPositionMax } = rules;
  const entered = (held?.entries ?? 0) + entries.filter(({ filled }) => filled === 0n).length;
  return (
    (entriesPerPositionMax === undefined ||
      measurements.measure(
        'entries_per_position_max',
        `${entered}`,
        `${entriesPerPositionMax}`,
        entered < entriesPerPositionMax,
      )) &&
    (most === undefined ||
      measurements.measure('order_notional_max', showMoney(value), showMoney(most), value <= most)) &&
    measurements.measure(
      'position_notional_max',
      showMoney(positionValue),
      showMoney(positionMax),
      positionValue <= positionMax,
    ) &&
    measurements.measure('exposure_max', showMoney(exposure), showMoney(exposureMax), exposure <= exposureMax)
  );
}
