/** Account, balance and positions with the field names of the REST answers. */
import type { Money } from '#core/money.ts';
import { addMoney, notional, shareOf, showMoney, showPrice, showQuantity, zeroMoney } from '#core/money.ts';
import { initialMargin, leverageOf, MAINTENANCE_MARGIN_RATE, marginOf } from './account.ts';
import type { Position } from './position.ts';
import { entryPriceOf, sizeOf, unrealizedPnl } from './position.ts';
import type { ExchangeState } from './state.ts';
import { listingOf, markOf } from './state.ts';
import type { PositionSide } from './types.ts';

export interface PositionView {
  readonly symbol: string;
  readonly positionSide: PositionSide;
  /** Signed: negative for a short position. */
  readonly positionAmt: string;
  readonly entryPrice: string;
  readonly breakEvenPrice: string;
  readonly markPrice: string;
  readonly unRealizedProfit: string;
  readonly liquidationPrice: string;
  readonly isolatedMargin: string;
  readonly isolatedWallet: string;
  readonly notional: string;
  readonly marginAsset: string;
  readonly initialMargin: string;
  readonly maintMargin: string;
  readonly positionInitialMargin: string;
  readonly openOrderInitialMargin: string;
  readonly adl: number;
  readonly bidNotional: string;
  readonly askNotional: string;
  readonly updateTime: number;
}

interface AccountAssetView {
  readonly asset: string;
  readonly walletBalance: string;
  readonly unrealizedProfit: string;
  readonly marginBalance: string;
  readonly maintMargin: string;
  readonly initialMargin: string;
  readonly positionInitialMargin: string;
  readonly openOrderInitialMargin: string;
  readonly crossWalletBalance: string;
  readonly crossUnPnl: string;
  readonly availableBalance: string;
  readonly maxWithdrawAmount: string;
  readonly updateTime: number;
}

interface AccountPositionView {
  readonly symbol: string;
  readonly positionSide: PositionSide;
  readonly positionAmt: string;
  readonly unrealizedProfit: string;
  readonly isolatedMargin: string;
  readonly notional: string;
  readonly isolatedWallet: string;
  readonly initialMargin: string;
  readonly maintMargin: string;
  readonly updateTime: number;
}

export interface AccountView {
  readonly totalInitialMargin: string;
  readonly totalMaintMargin: string;
  readonly totalWalletBalance: string;
  readonly totalUnrealizedProfit: string;
  readonly totalMarginBalance: string;
  readonly totalPositionInitialMargin: string;
  readonly totalOpenOrderInitialMargin: string;
  readonly totalCrossWalletBalance: string;
  readonly totalCrossUnPnl: string;
  readonly availableBalance: string;
  readonly maxWithdrawAmount: string;
  readonly assets: readonly AccountAssetView[];
  readonly positions: readonly AccountPositionView[];
}

export interface BalanceView {
  readonly accountAlias: string;
  readonly asset: string;
  readonly balance: string;
  readonly crossWalletBalance: string;
  readonly crossUnPnl: string;
  readonly availableBalance: string;
  readonly maxWithdrawAmount: string;
  readonly marginAvailable: boolean;
  readonly updateTime: number;
}

/** Both answers name only symbols with a position or with open orders. */
function reportedPositions(state: ExchangeState, symbol?: string): Position[] {
  const reported = [];
  for (const position of state.account.positions.values()) {
    if (symbol !== undefined && position.symbol !== symbol) continue;
    if (position.amount !== 0n || orderMargin(state, position) !== undefined) reported.push(position);
  }
  return reported;
}

/** Margin set aside for the position's resting orders, or undefined when there are none. */
function orderMargin(state: ExchangeState, { symbol, positionSide }: Position): Money | undefined {
  const { book } = listingOf(state, symbol);
  let sum: Money | undefined;
  for (const order of [...book.bids, ...book.asks]) {
    if (order.positionSide === positionSide) sum = addMoney(sum ?? zeroMoney, order.reserved);
  }
  return sum;
}

function figuresOf(state: ExchangeState, position: Position) {
  const mark = markOf(state, position.symbol);
  const value = notional(mark, sizeOf(position));
  const signed = (position.amount < 0n ? -value : value) as Money;
  const ofPosition = initialMargin(value, leverageOf(state.account, position.symbol));
  const ofOrders = orderMargin(state, position) ?? zeroMoney;
  return {
    mark: showPrice(mark),
    notional: showMoney(signed),
    unrealized: showMoney(unrealizedPnl(position, mark)),
    initial: showMoney(addMoney(ofPosition, ofOrders)),
    positionInitial: showMoney(ofPosition),
    orderInitial: showMoney(ofOrders),
    maintenance: showMoney(shareOf(value, MAINTENANCE_MARGIN_RATE, 'up')),
  };
}

export const positionViews = (state: ExchangeState, symbol?: string): PositionView[] =>
  reportedPositions(state, symbol).map((position) => {
    const figures = figuresOf(state, position);
    const entry = showPrice(entryPriceOf(position));
    return {
      symbol: position.symbol,
      positionSide: position.positionSide,
      positionAmt: showQuantity(position.amount),
      entryPrice: entry,
      breakEvenPrice: entry,
      markPrice: figures.mark,
      unRealizedProfit: figures.unrealized,
      liquidationPrice: '0',
      isolatedMargin: '0',
      isolatedWallet: '0',
      notional: figures.notional,
      marginAsset: 'USDT',
      initialMargin: figures.initial,
      maintMargin: figures.maintenance,
      positionInitialMargin: figures.positionInitial,
      openOrderInitialMargin: figures.orderInitial,
      adl: 0,
      bidNotional: '0',
      askNotional: '0',
      updateTime: position.updatedMs,
    };
  });

export function accountView(state: ExchangeState): AccountView {
  const { account } = state;
  const margin = marginOf(account, (symbol) => markOf(state, symbol));
  const wallet = showMoney(account.wallet);
  const unrealized = showMoney(margin.unrealized);
  const equity = showMoney(addMoney(account.wallet, margin.unrealized));
  const initial = showMoney(addMoney(margin.positionInitial, account.reserved));
  const positionInitial = showMoney(margin.positionInitial);
  const orderInitial = showMoney(account.reserved);
  const maintenance = showMoney(margin.maintenance);
  const available = showMoney(margin.available < 0n ? zeroMoney : margin.available);
  return {
    totalInitialMargin: initial,
    totalMaintMargin: maintenance,
    totalWalletBalance: wallet,
    totalUnrealizedProfit: unrealized,
    totalMarginBalance: equity,
    totalPositionInitialMargin: positionInitial,
    totalOpenOrderInitialMargin: orderInitial,
    totalCrossWalletBalance: wallet,
    totalCrossUnPnl: unrealized,
    availableBalance: available,
    maxWithdrawAmount: available,
    assets: [
      {
        asset: 'USDT',
        walletBalance: wallet,
        unrealizedProfit: unrealized,
        marginBalance: equity,
        maintMargin: maintenance,
        initialMargin: initial,
        positionInitialMargin: positionInitial,
        openOrderInitialMargin: orderInitial,
        crossWalletBalance: wallet,
        crossUnPnl: unrealized,
        availableBalance: available,
        maxWithdrawAmount: available,
        updateTime: account.updatedMs,
      },
    ],
    positions: reportedPositions(state).map((position) => {
      const figures = figuresOf(state, position);
      return {
        symbol: position.symbol,
        positionSide: position.positionSide,
        positionAmt: showQuantity(position.amount),
        unrealizedProfit: figures.unrealized,
        isolatedMargin: '0',
        notional: figures.notional,
        isolatedWallet: '0',
        initialMargin: figures.initial,
        maintMargin: figures.maintenance,
        updateTime: position.updatedMs,
      };
    }),
  };
}

export function balanceView(state: ExchangeState): BalanceView {
  const account = accountView(state);
  return {
    accountAlias: 'sim',
    asset: 'USDT',
    balance: account.totalWalletBalance,
    crossWalletBalance: account.totalCrossWalletBalance,
    crossUnPnl: account.totalCrossUnPnl,
    availableBalance: account.availableBalance,
    maxWithdrawAmount: account.maxWithdrawAmount,
    marginAvailable: true,
    updateTime: state.account.updatedMs,
  };
}
