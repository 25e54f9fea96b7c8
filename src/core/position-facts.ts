/** The facts of positions; part of the union of facts. */

import type { Leg, Micros, PositionKey, PositionSide, Seq, StrategyId, Symbol, TraceId } from './ids.ts';
import type { DecimalText } from './money.ts';
import type { Story } from './order.ts';
import type { FlattenReason } from './position.ts';

interface AboutPosition {
  readonly position: PositionKey;
  readonly signal: Seq;
  readonly trace: TraceId;
}

interface Figures {
  readonly quantity: DecimalText;
  readonly cost: DecimalText;
  readonly realised: DecimalText;
  readonly fees: DecimalText;
}

export interface PositionOpened extends AboutPosition, Figures {
  readonly type: 'position.opened';
  readonly story: Story;
  readonly strategyId: StrategyId;
  readonly symbol: Symbol;
  readonly side: PositionSide;
  readonly stop: DecimalText;
  readonly target?: DecimalText;
  /** Its entry had been revoked: it is closed at once. */
  readonly flatten?: FlattenReason;
}

/** The quantity grew or shrank. Stop and target are present where an entry moved them. */
export interface PositionChanged extends AboutPosition, Figures {
  readonly type: 'position.changed';
  readonly flatten?: FlattenReason;
  readonly stop?: DecimalText;
  readonly target?: DecimalText;
}

export interface PositionClosed extends AboutPosition, Figures {
  readonly type: 'position.closed';
  readonly by: Leg;
  readonly openedAt: Micros;
}

/**
 * The exchange holds less than the journal, by a comparison or because another strategy's order took of it: the exchange
 * decides what exists.
 */
export interface PositionAdjusted extends AboutPosition {
  readonly type: 'position.adjusted';
  readonly from: DecimalText;
  readonly to: DecimalText;
}

/** The exchange holds more than the journal, opened by whoever: it is taken in, so that it does not stay without a stop. */
export interface PositionAdopted extends AboutPosition {
  readonly type: 'position.adopted';
  readonly story: Story;
  readonly strategyId: StrategyId;
  readonly symbol: Symbol;
  readonly side: PositionSide;
  /** All that is held beyond the strategies' positions. */
  readonly quantity: DecimalText;
  readonly cost: DecimalText;
  readonly stop: DecimalText;
  /** By policy it is closed at once. */
  readonly flatten?: FlattenReason;
}

/** The stop follows the market. */
export interface PositionStopMoved extends AboutPosition {
  readonly type: 'position.stop_moved';
  readonly from: DecimalText;
  readonly to: DecimalText;
  readonly why: 'break_even' | 'trailing';
}

/** The open stops cover the whole quantity. It is told of the signal that stop and target are of. */
export interface PositionProtected extends AboutPosition {
  readonly type: 'position.protected';
  readonly quantity: DecimalText;
  readonly exposedSince: Micros;
}

/** The open stops no longer cover the quantity. A position that just opened is exposed without saying so. */
export interface PositionExposed extends AboutPosition {
  readonly type: 'position.exposed';
  readonly quantity: DecimalText;
  readonly covered: DecimalText;
  /** A fill added to the position, and its stop grows next; or a stop is gone that should be there. */
  readonly cause: 'position_grew' | 'stop_lost';
}

/** An operator wants the position closed at the market. */
export interface PositionFlattenOrdered extends AboutPosition {
  readonly type: 'position.flatten_ordered';
  readonly by: string;
  readonly note: string;
}
