/** Where an entry's stop and target would be, judged before the entry is taken: they must be orders that can be placed. */

import type { PositionSide } from '../ids.ts';
import type { Instrument, Quote } from '../instrument.ts';
import {
  type Price,
  price,
  type Quantity,
  rate,
  rateBetween,
  showPrice,
  showRate,
  zeroMoney,
} from '../money.ts';
import type { ProtectionText, Purpose } from '../order.ts';
import { planOrder } from '../plan.ts';
import { entryPriceOf, type Holding, increase, levelsFrom } from '../position.ts';
import type { EntryRules, PositionMode } from '../settings.ts';
import type { Signal } from '../signal.ts';
import type { Measurements } from './measurements.ts';

export interface GuardedEntry {
  readonly purpose: Purpose;
  readonly positionMode: PositionMode;
  readonly protection: ProtectionText;
  /** Absent on market entries. */
  readonly limit: Price | undefined;
  readonly quantity: Quantity;
  /** What the position holds already: stop and target will be those of the whole. */
  readonly held: Holding;
}

export function judgeGuards(
  entry: GuardedEntry,
  instrument: Instrument,
  quote: Quote,
  measurements: Measurements,
): boolean {
  const { purpose, positionMode, protection, limit, quantity, held } = entry;
  const { side } = purpose;
  const reference = expectedFill(side, limit, quote);
  const entered = increase(held, { price: reference, quantity, fee: zeroMoney });
  const levels = levelsFrom(protection, side, entryPriceOf(entered));
  const guards = [
    { leg: 'stop', rule: 'stop_side', triggerPrice: levels.stop },
    { leg: 'take_profit', rule: 'target_side', triggerPrice: levels.target },
  ] as const;
  return guards.every(({ leg, rule, triggerPrice }) => {
    if (triggerPrice === undefined) return true;
    const market =
      limit === undefined ? nearerMarket(leg, side, reference, quote) : { ...quote, mark: limit };
    const plan = planOrder({ ...purpose, leg, positionMode, quantity, triggerPrice }, instrument, market);
    if (!plan.ok && plan.refusal.reason !== 'would_trigger') return measurements.unplannable(plan.refusal);
    return measurements.measure(
      rule,
      showPrice(triggerPrice),
      `market at ${showPrice(market.mark)}`,
      plan.ok,
    );
  });
}

/** The price at which an entry is reckoned before it fills. */
export const expectedFill = (side: PositionSide, limit: Price | undefined, quote: Quote): Price =>
  limit ?? (side === 'LONG' ? quote.ask : quote.bid);

/** The market that a level is judged by: where the position would be entered or where it is marked, whichever is nearer. */
function nearerMarket(
  leg: 'stop' | 'take_profit',
  side: PositionSide,
  reference: Price,
  quote: Quote,
): Quote {
  const below = (leg === 'stop') === (side === 'LONG');
  const nearer = below ? reference < quote.mark : reference > quote.mark;
  return nearer ? { ...quote, mark: reference } : quote;
}

export interface Protection {
  readonly protection: ProtectionText;
  /** Where the stop was drawn in: what it had been. */
  readonly drawnIn?: string;
}

/** The signal's own levels, and the configured distance where it names no stop. A stop that is too far is drawn in. */
export function protectionOf(
  signal: Signal,
  { stopLossRate, stopLossRateMax }: EntryRules,
  side: PositionSide,
  reference: Price,
): Protection {
  const max = rate(stopLossRateMax);
  const stopRate = signal.stopLossRate ?? stopLossRate;
  const target =
    signal.takeProfit !== undefined
      ? { target: signal.takeProfit }
      : signal.takeProfitRate !== undefined
        ? { targetRate: signal.takeProfitRate }
        : {};
  if (signal.stopLoss === undefined) {
    return rate(stopRate) <= max
      ? { protection: { stopRate, ...target } }
      : { protection: { stopRate: stopLossRateMax, ...target }, drawnIn: stopRate };
  }
  const stop = price(signal.stopLoss);
  const distance =
    side === 'LONG' ? rateBetween(stop, reference, reference) : rateBetween(reference, stop, reference);
  return distance <= max
    ? { protection: { stop: signal.stopLoss, ...target } }
    : { protection: { stopRate: stopLossRateMax, ...target }, drawnIn: showRate(distance) };
}
