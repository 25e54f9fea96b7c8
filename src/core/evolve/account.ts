/** What facts about the account as a whole change in the state. */

import { noneYet } from '../account.ts';
import type { AccountMeasured, TradingStateChanged } from '../account-facts.ts';
import type { EngineStarted } from '../facts.ts';
import type { Micros } from '../ids.ts';
import { addMoney, money } from '../money.ts';
import type { TradingSettings } from '../settings.ts';
import { type EngineState, type SettingsVersion, settingsVersionOf } from '../state.ts';

/** The older ones are in the journal. */
const SETTINGS_VERSIONS_KEPT = 50;

export function startEngine(state: EngineState, fact: EngineStarted, at: Micros): void {
  // Before there were modes there was paper.
  const settings = { ...fact.settings, mode: fact.settings.mode ?? 'paper' };
  state.account = fact.account;
  state.configured = fact.configured ?? settings;
  state.reconciled = false;
  state.canaryAt = undefined;
  const known = state.settingsHistory.length > 0 && isSame(state.settings, settings);
  if (!known) putInForce(state, settings, { by: 'environment', note: '' }, at);
}

const isSame = (a: TradingSettings, b: TradingSettings): boolean => JSON.stringify(a) === JSON.stringify(b);

export function putInForce(
  state: EngineState,
  settings: TradingSettings,
  { by, note }: Pick<SettingsVersion, 'by' | 'note'>,
  at: Micros,
): void {
  state.settings = settings;
  state.settingsHistory.push({ version: settingsVersionOf(state) + 1, settings, at, by, note });
  if (state.settingsHistory.length > SETTINGS_VERSIONS_KEPT) state.settingsHistory.shift();
}

/** An operator that makes trading active again accepts what has happened: the limits count from here. */
export function changeTrading(state: EngineState, { to, why }: TradingStateChanged, at: Micros): void {
  state.trading = { state: to, why, since: at };
  if (to !== 'active') return;
  state.lossesInARow = 0;
  state.marginRefusals = noneYet;
  if (state.funds !== undefined) state.funds = { ...state.funds, peak: state.funds.equity };
}

export function measure(state: EngineState, fact: AccountMeasured, at: Micros): void {
  const wallet = money(fact.wallet);
  const equity = addMoney(wallet, money(fact.unrealised));
  const before = state.funds?.peak ?? equity;
  const peak = equity > before ? equity : before;
  state.funds = { wallet, available: money(fact.available), equity, peak, measuredAt: at };
}
