/**
 * The trading rules that an account runs by. They are facts of the journal, so that a replay decides as the engine did.
 * What an entry is judged by may be set narrower than for the whole account: see EntryRules and rulesFor.
 */

import type { PositionSide, StrategyId, Symbol } from './ids.ts';
import type { DecimalText } from './money.ts';

export type PositionMode = 'hedge' | 'one_way';

/** paper: the simulated exchange. testnet: Binance with play money. live: Binance. */
export const tradingModes = ['paper', 'testnet', 'live'] as const;
export type TradingMode = (typeof tradingModes)[number];

/**
 * What a signal that names no size gets: fixed is orderNotional; equity is a share of the equity; confidence is that
 * share times the signal's confidence; risk is what loses a share of the equity when the stop is hit.
 */
export type Sizing = 'fixed' | 'equity' | 'confidence' | 'risk';

/** What one entry is sized and judged by. Rates are ratios: 0.02 is two percent. An absent bound does not bind. */
export interface EntryRules {
  /** 0 to 1. */
  readonly confidenceMin: DecimalText;
  readonly sizing: Sizing;
  /** In the quote asset. */
  readonly orderNotional: DecimalText;
  /** Of the equity: the size, by equity and by confidence. */
  readonly orderEquityRate: DecimalText;
  /** Of the equity: what a stop may lose, by risk. */
  readonly orderRiskRate: DecimalText;
  /** A factor on every size that the engine chooses. */
  readonly weight: DecimalText;
  /** In the quote asset. Sizes that the engine chooses are cut to it; sizes that a signal names are refused over it. */
  readonly orderNotionalMax?: DecimalText;
  /** The distance of the stop, as a rate of the entry price, where the signal names none. */
  readonly stopLossRate: DecimalText;
  /** A stop that is further from the entry is drawn in to this distance. */
  readonly stopLossRateMax: DecimalText;
  /** The value of one position at cost, with all that may still be added, as a rate of the equity. */
  readonly positionEquityRateMax: DecimalText;
  /** How many entries one position may consist of. */
  readonly entriesPerPositionMax?: number;
  /** How far a limit price may be from the mark price, to either side. */
  readonly priceCollarRate: DecimalText;
  /** Ask minus bid, as a rate of the mark price. */
  readonly spreadRateMax: DecimalText;
}

/** Narrower rules for the entries that match everything it names. */
export interface Override {
  readonly symbol?: Symbol;
  readonly strategyId?: StrategyId;
  readonly side?: PositionSide;
  readonly rules: Partial<EntryRules>;
}

/** What holds for the account as a whole. An absent bound does not bind. */
export interface AccountLimits {
  /** All positions at cost, with all that may still be added, as a rate of the equity. */
  readonly exposureEquityRateMax: DecimalText;
  /** What the day, UTC, has lost by closed positions and fees, as a rate of the equity. */
  readonly dailyLossEquityRateMax: DecimalText;
  /** The equity below its peak, as a rate of the peak. Beyond it trading is halted. */
  readonly drawdownRateMax: DecimalText;
  /** Positions closed at a loss one after the other. */
  readonly lossesInARowMax?: number;
  readonly positionsMax: number;
  /** Live orders of all kinds. */
  readonly ordersMax: number;
  readonly entriesPerMinuteMax: number;
  /** How old the knowledge of the equity may be. */
  readonly equityAgeMsMax: number;
  /** Entries that the exchange refuses for want of margin within a minute: beyond it only reductions pass. */
  readonly marginRefusalsPerMinuteMax: number;
  /** If set: silence of the heartbeat for this long, and only reductions pass. */
  readonly heartbeatMsMax?: number;
}

export interface TradingSettings extends EntryRules {
  /** With the account it says whose journal it is. */
  readonly mode: TradingMode;
  readonly positionMode: PositionMode;
  readonly symbols: readonly Symbol[];
  readonly signalAgeMsMax: number;
  /** How far a signal's timestamp may lie ahead of the engine's clock. */
  readonly clockSkewMsMax: number;
  readonly quoteAgeMsMax: number;
  /** A position that is not covered by a stop for this long is closed at the market. */
  readonly unprotectedMsMax: number;
  readonly limits: AccountLimits;
  readonly overrides: readonly Override[];
}

export const defaultSettings: TradingSettings = {
  mode: 'paper',
  positionMode: 'hedge',
  symbols: ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'BNBUSDT', 'XRPUSDT'] as Symbol[],
  signalAgeMsMax: 300_000,
  clockSkewMsMax: 5_000,
  quoteAgeMsMax: 10_000,
  unprotectedMsMax: 10_000,
  confidenceMin: '0.6',
  sizing: 'fixed',
  orderNotional: '250',
  orderEquityRate: '0.02',
  orderRiskRate: '0.005',
  weight: '1',
  stopLossRate: '0.02',
  stopLossRateMax: '0.2',
  positionEquityRateMax: '0.1',
  priceCollarRate: '0.05',
  spreadRateMax: '0.01',
  limits: {
    exposureEquityRateMax: '0.8',
    dailyLossEquityRateMax: '0.05',
    drawdownRateMax: '0.2',
    positionsMax: 100,
    ordersMax: 500,
    entriesPerMinuteMax: 600,
    equityAgeMsMax: 120_000,
    marginRefusalsPerMinuteMax: 5,
  },
  overrides: [],
};

/** Whose rules are asked for. */
export interface EntryScope {
  readonly symbol: Symbol;
  readonly strategyId: StrategyId;
  readonly side: PositionSide;
}

/** The account's rules, with every override that matches, the more specific over the less, the later over the earlier. */
export function rulesFor(settings: TradingSettings, scope: EntryScope): EntryRules {
  if (settings.overrides.length === 0) return settings;
  const matching = settings.overrides.filter((override) => matches(override, scope));
  const specific = matching.toSorted((a, b) => specificity(a) - specificity(b));
  return Object.assign({}, settings, ...specific.map(({ rules }) => rules));
}

const matches = ({ symbol, strategyId, side }: Override, scope: EntryScope): boolean =>
  (symbol === undefined || symbol === scope.symbol) &&
  (strategyId === undefined || strategyId === scope.strategyId) &&
  (side === undefined || side === scope.side);

const specificity = ({ symbol, strategyId, side }: Override): number =>
  [symbol, strategyId, side].filter((named) => named !== undefined).length;
