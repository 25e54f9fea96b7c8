/**
 * Account and positions as version 2 of the endpoints tells them: every symbol, with or without a position, and the
 * settings among the figures.
 */
import { accountTotals, summaryOf } from './account-view.ts';
import { positionFigures } from './position-figures.ts';
import type { Floor } from './state.ts';

export function accountV2View(floor: Floor) {
  const { account } = floor.state;
  const totals = accountTotals(floor);
  return {
    feeTier: 0,
    feeBurn: account.feeBurn,
    canTrade: true,
    canDeposit: true,
    canWithdraw: account.restrictions.enableWithdrawals,
    updateTime: 0,
    multiAssetsMargin: account.multiAssets,
    tradeGroupId: -1,
    ...summaryOf(totals),
    assets: [{ asset: 'USDT', ...totals, marginAvailable: true }],
    positions: positionFigures(floor).map((figures) => ({
      symbol: figures.symbol,
      initialMargin: figures.initialMargin,
      maintMargin: figures.maintMargin,
      unrealizedProfit: figures.unRealizedProfit,
      positionInitialMargin: figures.positionInitialMargin,
      openOrderInitialMargin: figures.openOrderInitialMargin,
      leverage: String(figures.leverage),
      isolated: figures.isolated,
      entryPrice: figures.entryPrice,
      breakEvenPrice: figures.breakEvenPrice,
      maxNotional: figures.maxNotional,
      bidNotional: figures.bidNotional,
      askNotional: figures.askNotional,
      positionSide: figures.positionSide,
      positionAmt: figures.positionAmt,
      notional: figures.notional,
      isolatedWallet: figures.isolatedWallet,
      updateTime: figures.updateTime,
    })),
  };
}

export const positionRiskV2View = (floor: Floor, symbol: string | undefined) =>
  positionFigures(floor, symbol).map((figures) => ({
    symbol: figures.symbol,
    positionAmt: figures.positionAmt,
    entryPrice: figures.entryPrice,
    breakEvenPrice: figures.breakEvenPrice,
    markPrice: figures.markPrice,
    unRealizedProfit: figures.unRealizedProfit,
    liquidationPrice: figures.liquidationPrice,
    leverage: String(figures.leverage),
    maxNotionalValue: figures.maxNotional,
    marginType: figures.isolated ? 'isolated' : 'cross',
    isolatedMargin: figures.isolatedMargin,
    isAutoAddMargin: 'false',
    positionSide: figures.positionSide,
    notional: figures.notional,
    isolatedWallet: figures.isolatedWallet,
    updateTime: figures.updateTime,
  }));
