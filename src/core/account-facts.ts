/** The facts of the account as a whole; part of the union of facts. */

import type { TradingState, TradingStateReason } from './account.ts';
import type { DecimalText } from './money.ts';
import type { TradingSettings } from './settings.ts';

/** What the exchange says of the account's money. */
export interface AccountMeasured {
  readonly type: 'account.measured';
  readonly asset: string;
  readonly wallet: DecimalText;
  readonly available: DecimalText;
  /** Of the open positions, at the mark price. */
  readonly unrealised: DecimalText;
}

/** What signals may do changes: active takes all, reducing and halted only what makes positions smaller. */
export interface TradingStateChanged {
  readonly type: 'trading.state_changed';
  readonly from: TradingState;
  readonly to: TradingState;
  readonly why: TradingStateReason;
  /** The figure that made it necessary, or what the operator said. */
  readonly detail: string;
  /** The operator; the engine itself for what a limit does. */
  readonly by: string;
}

/** An operator changes the rules; the version counts from 1, the rules of the environment. */
export interface SettingsChanged {
  readonly type: 'settings.changed';
  readonly version: number;
  readonly settings: TradingSettings;
  readonly by: string;
  readonly note: string;
}
