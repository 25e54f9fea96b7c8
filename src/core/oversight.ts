/**
 * What the account's figures ask for: its money is recorded, and signals may do less when it can no longer be trusted to
 * trade. Only an operator makes trading active again. The state survives restarts, and never holds back what makes a
 * position smaller.
 */

import { countIn, drawdownOf, type TradingState } from './account.ts';
import type { TradingStateChanged } from './account-facts.ts';
import type { MeasureAccount, Moment } from './command.ts';
import type { Fact } from './facts.ts';
import { addMs, MICROS_PER_MS, type Micros } from './ids.ts';
import { money, rate, showRate } from './money.ts';
import type { EngineState } from './state.ts';

/** Money that did not move is told again after this, so that its age says something. */
const MEASURED_AGAIN_MS = 60_000;

const severity: Readonly<Record<TradingState, number>> = { active: 0, reducing: 1, halted: 2 };

export function measureAccount({ funds }: EngineState, command: MeasureAccount, at: Micros): Fact[] {
  const { asset, wallet, available, unrealised } = command;
  const moved = funds === undefined || funds.wallet !== money(wallet);
  const due = moved || at > addMs(funds.measuredAt, MEASURED_AGAIN_MS);
  return due ? [{ type: 'account.measured', asset, wallet, available, unrealised }] : [];
}

/** What an operator asks for; nothing where it is so already. */
export function changeTradingState(state: EngineState, to: TradingState, by: string, note: string): Fact[] {
  const from = state.trading.state;
  return from === to ? [] : [{ type: 'trading.state_changed', from, to, why: 'operator', detail: note, by }];
}

/** What the account's own limits ask for: only ever to be more careful. */
export function guardTrading(state: EngineState, moment: Moment): Fact[] {
  const wanted =
    overDrawdown(state) ?? overMarginRefusals(state, moment.at) ?? withoutHeartbeat(state, moment);
  if (wanted === undefined || severity[wanted.to] <= severity[state.trading.state]) return [];
  return [{ type: 'trading.state_changed', from: state.trading.state, ...wanted, by: 'engine' }];
}

type Wanted = Pick<TradingStateChanged, 'to' | 'why' | 'detail'>;

function overDrawdown({ funds, settings }: EngineState): Wanted | undefined {
  if (funds === undefined) return undefined;
  const drawdown = drawdownOf(funds);
  const { drawdownRateMax } = settings.limits;
  if (drawdown <= rate(drawdownRateMax)) return undefined;
  return {
    to: 'halted',
    why: 'drawdown',
    detail: `${showRate(drawdown)} of the peak, limit ${drawdownRateMax}`,
  };
}

function overMarginRefusals({ marginRefusals, settings }: EngineState, at: Micros): Wanted | undefined {
  const max = settings.limits.marginRefusalsPerMinuteMax;
  const count = countIn(marginRefusals, at);
  if (count <= max) return undefined;
  return { to: 'reducing', why: 'margin_refusals', detail: `${count} in a minute, limit ${max}` };
}

function withoutHeartbeat({ settings }: EngineState, { at, heartbeatAt }: Moment): Wanted | undefined {
  const max = settings.limits.heartbeatMsMax;
  if (max === undefined || heartbeatAt === undefined || at <= addMs(heartbeatAt, max)) return undefined;
  const silentMs = Math.floor((at - heartbeatAt) / MICROS_PER_MS);
  return { to: 'reducing', why: 'heartbeat_lost', detail: `silent for ${silentMs} ms, limit ${max} ms` };
}
