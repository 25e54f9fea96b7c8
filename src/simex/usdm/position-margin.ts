/**
 * Moves margin into an isolated position, or out of it.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Modify-Isolated-Position-Margin
 */
import type { Money } from '#core/money.ts';
import { addMoney, DecimalError, money, negateMoney, showMoney } from '#core/money.ts';
import { push } from '../matching/archive.ts';
import type { Refusal, Result } from '../matching/result.ts';
import { positionOf } from './account.ts';
import { marginOf, valuationOf } from './margin.ts';
import type { PositionMarginParams } from './params.ts';
import type { Position } from './position.ts';
import * as refusals from './refusals.ts';
import type { Reporter } from './reporter.ts';
import type { Floor } from './state.ts';
import type { PositionSide } from './types.ts';

const CENT = 10n ** 12n;

export function movePositionMargin(
  floor: Floor,
  report: Reporter,
  params: PositionMarginParams,
): Result<{ readonly amount: string; readonly type: 1 | 2 }> {
  const { state } = floor;
  const { account } = state;
  const { symbol, type, positionSide = 'BOTH' } = params;
  if (symbol === undefined) return refusals.missingParameter('symbol');
  if (!state.listings.has(symbol)) return refusals.invalidSymbol();
  if (type !== '1' && type !== '2') return refusals.missingParameter('type');
  const amount = amountOf(params.amount);
  if (amount === undefined) return refusals.missingParameter('amount');
  if (amount <= 0n) return refusals.amountNotPositive();
  if (amount % CENT !== 0n) return refusals.tooPrecise();
  if (!isPositionSide(positionSide) || account.dualSide === (positionSide === 'BOTH')) {
    return refusals.positionSideMismatch();
  }
  if (!account.isolated.has(symbol)) return refusals.notIsolated();
  const position = positionOf(account, symbol, positionSide);
  if (position.amount === 0n) return refusals.noPositionForMargin();

  const adding = type === '1';
  const refusal = adding ? checkAdding(floor, amount) : checkTaking(floor, position, amount);
  if (refusal !== undefined) return refusal;
  const moved = adding ? amount : negateMoney(amount);
  position.isolatedWallet = addMoney(position.isolatedWallet, moved);
  push(state.history.marginMoves, { symbol, positionSide, amount: moved, timeMs: state.nowMs });
  report.account('MARGIN_TRANSFER', [position]);
  report.record(symbol, {
    kind: 'margin_moved',
    symbol,
    positionSide,
    amount: showMoney(moved),
    isolatedWallet: showMoney(position.isolatedWallet),
  });
  return { ok: true, amount: showMoney(amount), type: adding ? 1 : 2 };
}

const checkAdding = (floor: Floor, amount: Money): Refusal | undefined =>
  amount > marginOf(floor).available ? refusals.crossBalanceInsufficient() : undefined;

/** The initial margin must stay, and an unrealised loss must stay covered. */
function checkTaking(floor: Floor, position: Position, amount: Money): Refusal | undefined {
  const { initial, unrealized } = valuationOf(floor, position);
  const loss = unrealized < 0n ? unrealized : 0n;
  return position.isolatedWallet + loss - amount < initial
    ? refusals.isolatedBalanceInsufficient()
    : undefined;
}

const isPositionSide = (text: string): text is PositionSide =>
  text === 'BOTH' || text === 'LONG' || text === 'SHORT';

function amountOf(text: string | undefined): Money | undefined {
  try {
    return text === undefined ? undefined : money(text);
  } catch (error) {
    if (error instanceof DecimalError) return undefined;
    throw error;
  }
}
