/**
 * The gauges of trading, read from the engine's live state: they are as new as the state, even while the facts behind
 * it still wait for the collector.
 */

import type { TradingState } from '#core/account.ts';
import { dayOf, type Micros, type PositionSide, type Symbol } from '#core/ids.ts';
import type { Quote } from '#core/instrument.ts';
import { approximate, type Money, notional, showMoney, subtractMoney, zeroMoney } from '#core/money.ts';
import type { OrderPhase } from '#core/order.ts';
import type { EngineState } from '#core/state.ts';
import { limitUsage } from '#core/usage.ts';
import type { MetricUpdate } from '../catalogue.ts';
import { type DriftKind, driftKindOf } from '../drift.ts';
import { secondsBetween } from '../projected.ts';

const driftKinds: readonly DriftKind[] = ['missing_at_exchange', 'unknown_to_journal'];
const sides: readonly PositionSide[] = ['LONG', 'SHORT'];
const tradingStates: readonly TradingState[] = ['active', 'reducing', 'halted'];
const phases: readonly OrderPhase[] = ['planned', 'unknown', 'open', 'waiting'];

/** @param quote without one, a position is valued at what it cost */
export function tradingGauges(
  state: Readonly<EngineState>,
  quote: (symbol: Symbol) => Quote | undefined,
  now: Micros,
): MetricUpdate[] {
  return [
    ...positionGauges(state, now),
    ...valueGauges(state, quote, now),
    ...orderGauges(state),
    ...accountGauges(state, now),
  ];
}

function positionGauges({ positions, drifts }: Readonly<EngineState>, now: Micros): MetricUpdate[] {
  const exposed = [...positions.values()].flatMap(({ exposedSince }) => exposedSince ?? []);
  const open = [...drifts.values()];
  return [
    { metric: 'tradeengine.positions.open', value: positions.size, labels: {} },
    { metric: 'tradeengine.positions.exposed', value: exposed.length, labels: {} },
    { metric: 'tradeengine.positions.exposed.age', value: ageOfOldest(exposed, now), labels: {} },
    ...driftKinds.map((kind) => ({
      metric: 'tradeengine.drift.open' as const,
      value: open.filter(({ difference }) => driftKindOf(difference) === kind).length,
      labels: { 'tradeengine.drift.kind': kind },
    })),
    { metric: 'tradeengine.drift.age', value: ageOfOldest(open.map(sinceOf), now), labels: {} },
  ];
}

const sinceOf = ({ since }: { readonly since: Micros }): Micros => since;

const ageOfOldest = (since: readonly Micros[], now: Micros): number =>
  since.reduce((oldest, one) => Math.max(oldest, secondsBetween(one, now)), 0);

function valueGauges(
  { positions, today }: Readonly<EngineState>,
  quote: (symbol: Symbol) => Quote | undefined,
  now: Micros,
): MetricUpdate[] {
  const worth: Record<PositionSide, bigint> = { LONG: zeroMoney, SHORT: zeroMoney };
  let unrealised: bigint = zeroMoney;
  for (const { name, holding } of positions.values()) {
    const mark = quote(name.symbol)?.mark;
    const value = mark === undefined ? holding.cost : notional(mark, holding.quantity);
    worth[name.side] += value;
    unrealised += name.side === 'LONG' ? value - holding.cost : holding.cost - value;
  }
  const daily = today.day === dayOf(now) ? subtractMoney(today.realised, today.fees) : zeroMoney;
  return [
    ...sides.map((side) => ({
      metric: 'tradeengine.exposure' as const,
      value: amount(worth[side]),
      labels: { 'tradeengine.position.side': side },
    })),
    { metric: 'tradeengine.pnl.unrealised', value: amount(unrealised), labels: {} },
    { metric: 'tradeengine.pnl.daily', value: amount(daily), labels: {} },
  ];
}

function accountGauges(state: Readonly<EngineState>, now: Micros): MetricUpdate[] {
  const { funds, trading } = state;
  return [
    ...tradingStates.map((name) => ({
      metric: 'tradeengine.trading.state' as const,
      value: name === trading.state ? 1 : 0,
      labels: { 'tradeengine.trading.state': name },
    })),
    ...limitUsage(state, now).map(({ limit, used }) => ({
      metric: 'tradeengine.limit.used' as const,
      value: approximate(used),
      labels: { 'tradeengine.limit': limit },
    })),
    ...(funds === undefined
      ? []
      : [{ metric: 'tradeengine.equity' as const, value: amount(funds.equity), labels: {} }]),
  ];
}

const amount = (value: bigint): number => approximate(showMoney(value as Money));

function orderGauges({ orders }: Readonly<EngineState>): MetricUpdate[] {
  const live = [...orders.values()];
  return phases.map((phase) => ({
    metric: 'tradeengine.orders.live',
    value: live.filter((order) => order.phase === phase).length,
    labels: { 'tradeengine.order.phase': phase },
  }));
}
