/**
 * Account, balance and positions with the field names of the REST answers of version 3.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/account/rest-api
 */
import { addMoney, showMoney, zeroMoney } from '#core/money.ts';
import { marginOf } from './margin.ts';
import type { PositionFigures } from './position-figures.ts';
import { positionFigures } from './position-figures.ts';
import type { Floor } from './state.ts';

export type PositionView = Omit<PositionFigures, 'hasOrders' | 'leverage' | 'isolated' | 'maxNotional'>;

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
  readonly positions: readonly ReturnType<typeof accountPosition>[];
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
const reported = (floor: Floor, symbol?: string): PositionFigures[] =>
  positionFigures(floor, symbol).filter(({ positionAmt, hasOrders }) => positionAmt !== '0' || hasOrders);

export const positionViews = (floor: Floor, symbol?: string): PositionView[] =>
  reported(floor, symbol).map(
    ({ hasOrders: _o, leverage: _l, isolated: _i, maxNotional: _m, ...view }) => view,
  );

const accountPosition = (figures: PositionFigures) => ({
  symbol: figures.symbol,
  positionSide: figures.positionSide,
  positionAmt: figures.positionAmt,
  unrealizedProfit: figures.unRealizedProfit,
  isolatedMargin: figures.isolatedMargin,
  notional: figures.notional,
  isolatedWallet: figures.isolatedWallet,
  initialMargin: figures.initialMargin,
  maintMargin: figures.maintMargin,
  updateTime: figures.updateTime,
});

/** The totals of the account: it holds USDT only, so they are the figures of that asset too. */
export function accountTotals(floor: Floor) {
  const { account } = floor.state;
  const margin = marginOf(floor);
  const available = showMoney(margin.available < 0n ? zeroMoney : margin.available);
  return {
    walletBalance: showMoney(account.wallet),
    unrealizedProfit: showMoney(margin.unrealized),
    marginBalance: showMoney(addMoney(account.wallet, margin.unrealized)),
    maintMargin: showMoney(margin.maintenance),
    initialMargin: showMoney(addMoney(margin.positionInitial, account.reserved)),
    positionInitialMargin: showMoney(margin.positionInitial),
    openOrderInitialMargin: showMoney(account.reserved),
    crossWalletBalance: showMoney(margin.crossWallet),
    crossUnPnl: showMoney(margin.crossUnrealized),
    availableBalance: available,
    maxWithdrawAmount: available,
    updateTime: account.updatedMs,
  };
}

export const summaryOf = (totals: ReturnType<typeof accountTotals>) => ({
  totalInitialMargin: totals.initialMargin,
  totalMaintMargin: totals.maintMargin,
  totalWalletBalance: totals.walletBalance,
  totalUnrealizedProfit: totals.unrealizedProfit,
  totalMarginBalance: totals.marginBalance,
  totalPositionInitialMargin: totals.positionInitialMargin,
  totalOpenOrderInitialMargin: totals.openOrderInitialMargin,
  totalCrossWalletBalance: totals.crossWalletBalance,
  totalCrossUnPnl: totals.crossUnPnl,
  availableBalance: totals.availableBalance,
  maxWithdrawAmount: totals.maxWithdrawAmount,
});

export function accountView(floor: Floor): AccountView {
  const totals = accountTotals(floor);
  return {
    ...summaryOf(totals),
    assets: [{ asset: 'USDT', ...totals }],
    positions: reported(floor).map(accountPosition),
  };
}

export function balanceView(floor: Floor): BalanceView {
  const totals = accountTotals(floor);
  return {
    accountAlias: 'sim',
    asset: 'USDT',
    balance: totals.walletBalance,
    crossWalletBalance: totals.crossWalletBalance,
    crossUnPnl: totals.crossUnPnl,
    availableBalance: totals.availableBalance,
    maxWithdrawAmount: totals.maxWithdrawAmount,
    marginAvailable: true,
    updateTime: totals.updateTime,
  };
}
