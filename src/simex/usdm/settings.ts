/** What the holder of the account may change about it, and when not. */
import { addMoney, notional, zeroMoney } from '#core/money.ts';
import { countOf } from '../matching/book.ts';
import type { Refusal, Result } from '../matching/result.ts';
import { initialMargin, leverageOf } from './account.ts';
import { largestAt, leverageMax } from './brackets.ts';
import { marginOf, restingValue } from './margin.ts';
import { isOpen, remaining } from './order.ts';
import { sizeOf } from './position.ts';
import * as refusals from './refusals.ts';
import type { Reporter } from './reporter.ts';
import type { Floor, Listing } from './state.ts';
import { instrumentOn, listingOf, markOf } from './state.ts';

export function setDualSide({ state }: Floor, report: Reporter, dualSide: boolean): Result<object> {
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
  floor: Floor,
  report: Reporter,
  symbol: string | undefined,
  leverage: string | undefined,
): Result<{ readonly leverage: number }> {
  const { state, instruments } = floor;
  if (symbol === undefined) return refusals.missingParameter('symbol');
  const instrument = instruments.get(symbol);
  if (instrument === undefined) return refusals.invalidSymbol();
  if (leverage === undefined) return refusals.missingParameter('leverage');
  const wanted = /^\d{1,3}$/.test(leverage) ? Number(leverage) : 0;
  if (wanted < 1 || wanted > leverageMax(instrument.brackets)) return refusals.invalidLeverage(leverage);
  const refusal = checkLeverage(floor, symbol, wanted);
  if (refusal !== undefined) return refusal;
  state.account.leverage.set(symbol, wanted);
  reserveAnew(floor, symbol);
  report.record(symbol, { kind: 'settings', symbol, setting: 'leverage', value: String(wanted) });
  report.leverage(symbol, wanted);
  return { ok: true, leverage: wanted };
}

/** More leverage allows less; less leverage needs more margin. */
function checkLeverage(floor: Floor, symbol: string, wanted: number): Refusal | undefined {
  const { state } = floor;
  const { account } = state;
  const current = leverageOf(account, symbol);
  const largest = largestAt(instrumentOn(floor, symbol).brackets, wanted);
  let held = zeroMoney;
  for (const position of account.positions.values()) {
    if (position.symbol !== symbol) continue;
    const value = notional(markOf(state, symbol), sizeOf(position));
    held = addMoney(held, value);
    const resting = restingValue(floor, symbol, position.amount < 0n ? 'asks' : 'bids', position);
    if (addMoney(value, resting) > largest) return refusals.positionTooLarge();
  }
  if (wanted >= current || held === zeroMoney) return undefined;
  if (account.isolated.has(symbol)) return refusals.isolatedLeverageWithPosition();
  const more = initialMargin(held, wanted) - initialMargin(held, current);
  return more > marginOf(floor).available ? refusals.leverageTooLow() : undefined;
}

function reserveAnew({ state }: Floor, symbol: string): void {
  const { account } = state;
  const { book } = listingOf(state, symbol);
  const leverage = leverageOf(account, symbol);
  for (const order of [...book.bids, ...book.asks]) {
    if (order.reserved === zeroMoney || !isOpen(order)) continue;
    account.reserved = addMoney(account.reserved, -order.reserved as typeof zeroMoney);
    order.reserved = initialMargin(notional(order.price, remaining(order)), leverage);
    account.reserved = addMoney(account.reserved, order.reserved);
  }
}

export function setMarginType(
  { state }: Floor,
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
  if (isolated && account.multiAssets) return refusals.isolatedInMultiAssets();
  if (hasOpenOrders(listing)) return refusals.marginTypeWithOpenOrders();
  for (const position of account.positions.values()) {
    if (position.symbol === symbol && position.amount !== 0n) return refusals.marginTypeWithPosition();
  }
  if (isolated) account.isolated.add(symbol);
  else account.isolated.delete(symbol);
  report.record(symbol, { kind: 'settings', symbol, setting: 'margin_type', value: marginType });
  return { ok: true };
}

export function setMultiAssets({ state }: Floor, report: Reporter, on: boolean): Result<object> {
  const { account } = state;
  if (account.multiAssets === on) return refusals.sameMultiAssets();
  if (on && account.isolated.size > 0) return refusals.isolatedSymbolsInMultiAssets();
  if ([...state.listings.values()].some(hasOpenOrders)) return refusals.multiAssetsWithOpenOrders();
  account.multiAssets = on;
  report.record('', { kind: 'settings', symbol: '', setting: 'multi_assets', value: String(on) });
  report.multiAssets(on);
  return { ok: true };
}

export function setFeeBurn({ state }: Floor, report: Reporter, on: boolean): Result<object> {
  state.account.feeBurn = on;
  report.record('', { kind: 'settings', symbol: '', setting: 'fee_burn', value: String(on) });
  return { ok: true };
}

const hasOpenOrders = ({ book, algos }: Listing): boolean => countOf(book) + algos.length > 0;
