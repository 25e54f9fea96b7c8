/** Every figure of a position that some REST answer names, as text. */
import type { Money } from '#core/money.ts';
import { addMoney, negateMoney, showMoney, showPrice, showQuantity, zeroMoney } from '#core/money.ts';
import { heldPosition, isIsolated, leverageOf } from './account.ts';
import { largestAt } from './brackets.ts';
import { liquidationPriceOf } from './liquidation-price.ts';
import { restingValue, valuationOf } from './margin.ts';
import type { Position } from './position.ts';
import { breakEvenPriceOf, entryPriceOf } from './position.ts';
import type { Floor } from './state.ts';
import { instrumentOn, listingOf } from './state.ts';

export type PositionFigures = ReturnType<typeof figuresOf>;

/** In order of symbols, LONG before SHORT; positions that never were are flat. */
export function positionFigures(floor: Floor, symbol?: string): PositionFigures[] {
  const { account } = floor.state;
  const sides = account.dualSide ? (['LONG', 'SHORT'] as const) : (['BOTH'] as const);
  const symbols = symbol === undefined ? [...floor.instruments.keys()] : [symbol];
  return symbols.flatMap((one) => sides.map((side) => figuresOf(floor, heldPosition(account, one, side))));
}

function figuresOf(floor: Floor, position: Position) {
  const { symbol, positionSide } = position;
  const { account } = floor.state;
  const { mark, value, unrealized, initial, maintenance } = valuationOf(floor, position);
  const isolated = isIsolated(account, position);
  const ofOrders = orderMargin(floor, position);
  const leverage = leverageOf(account, symbol);
  return {
    symbol,
    positionSide,
    /** Signed: negative for a short position. */
    positionAmt: showQuantity(position.amount),
    entryPrice: showPrice(entryPriceOf(position)),
    breakEvenPrice: showPrice(breakEvenPriceOf(position)),
    markPrice: showPrice(mark),
    unRealizedProfit: showMoney(unrealized),
    liquidationPrice: showPrice(liquidationPriceOf(floor, position)),
    isolatedMargin: isolated ? showMoney(addMoney(position.isolatedWallet, unrealized)) : '0',
    isolatedWallet: showMoney(position.isolatedWallet),
    notional: showMoney(position.amount < 0n ? negateMoney(value) : value),
    marginAsset: 'USDT',
    initialMargin: showMoney(addMoney(initial, ofOrders ?? zeroMoney)),
    maintMargin: showMoney(maintenance),
    positionInitialMargin: showMoney(initial),
    openOrderInitialMargin: showMoney(ofOrders ?? zeroMoney),
    /** Nobody else trades here: nothing is ever deleveraged. */
    adl: 0,
    bidNotional: showMoney(restingValue(floor, symbol, 'bids', position)),
    askNotional: showMoney(restingValue(floor, symbol, 'asks', position)),
    updateTime: position.updatedMs,
    hasOrders: ofOrders !== undefined,
    leverage,
    isolated,
    maxNotional: showMoney(largestAt(instrumentOn(floor, symbol).brackets, leverage)),
  };
}

/** Margin set aside for the position's resting orders, or undefined when there are none. */
function orderMargin(floor: Floor, { symbol, positionSide }: Position): Money | undefined {
  const { book } = listingOf(floor.state, symbol);
  let sum: Money | undefined;
  for (const order of [...book.bids, ...book.asks]) {
    if (order.positionSide === positionSide) sum = addMoney(sum ?? zeroMoney, order.reserved);
  }
  return sum;
}
