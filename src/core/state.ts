/**
 * What the engine knows of one account: the fold of its journal. Only evolve changes it, in place; everyone
 * else reads. It is bounded by what is live: ended orders and closed positions leave it.
 */

import { type Funds, type MinuteCount, noneYet, type Trading } from './account.ts';
import type {
  AccountId,
  ClientOrderId,
  Leg,
  Micros,
  PositionKey,
  PositionSide,
  Seq,
  StrategyId,
  Symbol,
} from './ids.ts';
import type { Instrument, InstrumentText } from './instrument.ts';
import {
  addQuantity,
  type Money,
  type Quantity,
  subtractQuantity,
  zeroMoney,
  zeroQuantity,
} from './money.ts';
import type { Order } from './order.ts';
import type { Position } from './position.ts';
import { defaultSettings, type TradingSettings } from './settings.ts';

/** Rises when the state's shape changes; a snapshot of another version is ignored and the journal folded anew. */
export const STATE_VERSION = 8;

/** The exchange's position of one symbol and side differs from the journal's. */
export interface Drift {
  readonly symbol: Symbol;
  readonly side: PositionSide;
  /** What the journal holds beyond the exchange; negative if it holds less. */
  readonly difference: Quantity;
  readonly since: Micros;
}

/** Profit and loss of what was closed, without fees, and the fees in the quote asset. */
export interface Earned {
  readonly realised: Money;
  readonly fees: Money;
}

export interface DayResult extends Earned {
  /** Days since 1970-01-01, UTC. */
  readonly day: number;
}

export interface Result {
  /** Since the journal's beginning. */
  readonly total: Earned;
  /** Of the newest day on which something was booked. */
  readonly newest: DayResult;
}

/** What a strategy won and lost in a symbol. */
export interface PairResult extends Result {
  readonly strategy: StrategyId;
  readonly symbol: Symbol;
}

export interface SettingsVersion {
  readonly version: number;
  readonly settings: TradingSettings;
  readonly at: Micros;
  readonly by: string;
  readonly note: string;
}

export interface EngineState {
  account: AccountId;
  /** The number of the last fact folded in; 0 before the first. */
  seq: Seq;
  settings: TradingSettings;
  /** Those of the environment, which an operator may have changed since. */
  configured: TradingSettings;
  /** The versions of the rules that were in force, the present one last. */
  readonly settingsHistory: SettingsVersion[];
  trading: Trading;
  /** Undefined until the exchange has told. */
  funds: Funds | undefined;
  /** All positions at cost, with the worst that live entries may still add. */
  exposure: Money;
  /** Positions closed at a loss since the last that was not. */
  lossesInARow: number;
  entriesPlanned: MinuteCount;
  marginRefusals: MinuteCount;
  readonly instruments: Map<Symbol, Instrument>;
  /** As listed, to notice when the exchange changes its rules. */
  readonly listings: Map<Symbol, InstrumentText>;
  readonly orders: Map<ClientOrderId, Order>;
  /** The live orders of each position, oldest first. */
  readonly ordersByPosition: Map<PositionKey, readonly Order[]>;
  readonly positions: Map<PositionKey, Position>;
  readonly drifts: Map<string, Drift>;
  /** False from a start until the first comparison with the exchange. */
  reconciled: boolean;
  /** The result of the newest day on which a fill was booked. */
  today: DayResult;
  /** Of each strategy in each symbol, the one that was booked longest ago first. */
  readonly results: Map<string, PairResult>;
  /** The sum of those that had to make room. */
  otherResults: Result;
  /** When the last canary of this life was released. */
  canaryAt: Micros | undefined;
}

export const nothing: Earned = { realised: zeroMoney, fees: zeroMoney };
const noDay: DayResult = { day: 0, ...nothing };

export const emptyState = (): EngineState => ({
  account: '' as AccountId,
  seq: 0 as Seq,
  settings: defaultSettings,
  configured: defaultSettings,
  settingsHistory: [],
  trading: { state: 'active', why: 'operator', since: 0 as Micros },
  funds: undefined,
  exposure: zeroMoney,
  lossesInARow: 0,
  entriesPlanned: noneYet,
  marginRefusals: noneYet,
  instruments: new Map(),
  listings: new Map(),
  orders: new Map(),
  ordersByPosition: new Map(),
  positions: new Map(),
  drifts: new Map(),
  reconciled: false,
  today: noDay,
  results: new Map(),
  otherResults: { total: nothing, newest: noDay },
  canaryAt: undefined,
});

/** The number of the rules in force; 0 before the first start. */
export const settingsVersionOf = ({ settingsHistory }: EngineState): number =>
  settingsHistory.at(-1)?.version ?? 0;

/** The live orders of a position, or of one leg of it, oldest first. */
export function ordersOf(state: EngineState, key: PositionKey, leg?: Leg): readonly Order[] {
  const orders = state.ordersByPosition.get(key);
  if (orders === undefined) return none;
  return leg === undefined ? orders : orders.filter((order) => order.leg === leg);
}

const none: readonly Order[] = [];

/** The positions of all strategies that the exchange holds as one. */
export const positionsIn = (state: EngineState, symbol: Symbol, side: PositionSide): readonly Position[] =>
  [...state.positions.values()].filter(({ name }) => name.symbol === symbol && name.side === side);

export const heldIn = (positions: readonly Position[]): Quantity =>
  positions.reduce((sum, { holding }) => addQuantity(sum, holding.quantity), zeroQuantity);

/** The quantity that a position's stops at the exchange would still close. */
export function coveredBy(orders: readonly Order[]): Quantity {
  let covered = zeroQuantity;
  for (const order of orders) {
    if (order.leg === 'stop' && order.phase === 'open' && order.ended === undefined) {
      covered = addQuantity(covered, subtractQuantity(order.quantity, order.filled));
    }
  }
  return covered;
}

/** An order of which the exchange knows more trades than the journal does. */
export const isMissingTrades = (order: Order): boolean =>
  order.ended !== undefined && order.ended.executed > order.filled;
