/** What the holder of the account may change about it, and when not. */

import { countOf } from '../matching/book.ts';
import { LEVERAGE_MAX } from './account.ts';
import * as refusals from './refusals.ts';
import type { Reporter } from './reporter.ts';
import type { ExchangeState, Listing } from './state.ts';
import type { Result } from './types.ts';

export function setDualSide(state: ExchangeState, report: Reporter, dualSide: boolean): Result<object> {
  const { account } = state;
  if (account.dualSide === dualSide) return refusals.samePositionMode();
  if ([...state.listings.values()].some(hasOpenOrders)) return refusals.positionModeWithOpenOrders();
  if ([...account.positions.values()].some(({ amount }) => amount !== 0n)) {
    return refusals.positionModeWithPosition();
  }
  account.dualSide = dualSide;
  report.record('', { kind: 'settings', symbol: '', setting: 'dual_side', value: String(dualSide) });
  return { ok: true };
}

export function setLeverage(
  state: ExchangeState,
  report: Reporter,
  symbol: string | undefined,
  leverage: string | undefined,
): Result<{ readonly leverage: number }> {
  if (symbol === undefined) return refusals.missingParameter('symbol');
  if (!state.listings.has(symbol)) return refusals.invalidSymbol();
  if (leverage === undefined) return refusals.missingParameter('leverage');
  const wanted = /^\d{1,3}$/.test(leverage) ? Number(leverage) : 0;
  if (wanted < 1 || wanted > LEVERAGE_MAX) return refusals.invalidLeverage(leverage);
  state.account.leverage.set(symbol, wanted);
  report.record(symbol, { kind: 'settings', symbol, setting: 'leverage', value: String(wanted) });
  report.leverage(symbol, wanted);
  return { ok: true, leverage: wanted };
}

export function setMarginType(
  state: ExchangeState,
  report: Reporter,
  symbol: string | undefined,
  marginType: string | undefined,
): Result<object> {
  const { account } = state;
  if (symbol === undefined) return refusals.missingParameter('symbol');
  const listing = state.listings.get(symbol);
  if (listing === undefined) return refusals.invalidSymbol();
  if (marginType !== 'ISOLATED' && marginType !== 'CROSSED') return refusals.invalidParameter('marginType');
  const isolated = marginType === 'ISOLATED';
  if (account.isolated.has(symbol) === isolated) return refusals.sameMarginType();
  if (hasOpenOrders(listing)) return refusals.marginTypeWithOpenOrders();
  for (const position of account.positions.values()) {
    if (position.symbol === symbol && position.amount !== 0n) return refusals.marginTypeWithPosition();
  }
  if (isolated) account.isolated.add(symbol);
  else account.isolated.delete(symbol);
  report.record(symbol, { kind: 'settings', symbol, setting: 'margin_type', value: marginType });
  return { ok: true };
}

const hasOpenOrders = ({ book, algos }: Listing): boolean => countOf(book) + algos.length > 0;
