/** Why a signal becomes no order: the closed list. docs/refusals.md is generated from it. */

/** What planOrder can find. */
export const planRefusals = {
  below_min_quantity: 'The quantity is under the smallest that the exchange takes for the symbol.',
  above_max_quantity:
    'The quantity, with the position it adds to, is over the largest that one order may have.',
  below_min_notional: 'The value of the order is under the smallest that the exchange takes for the symbol.',
  price_outside_band: 'The price is outside the band that the exchange allows around the mark price.',
  would_trigger: 'The stop or target is already on the wrong side of the market.',
} as const;

export const refusals = {
  ...planRefusals,
  hold: 'The strategy asked to hold: there is nothing to do.',
  stale: 'The signal is older than the configured age.',
  from_the_future: "The signal's timestamp is ahead of the engine's clock by more than the allowed skew.",
  low_confidence: "The signal's confidence is under the configured minimum.",
  symbol_not_allowed: "The symbol is not on the account's list.",
  unknown_symbol: 'The exchange lists no such symbol, or trading in it is not open.',
  no_market_data: 'There is no price for the symbol that is recent enough to decide by.',
  wrong_side_stop: 'The stop-loss is not on the losing side of the entry price.',
  wrong_side_target: 'The take-profit is not on the winning side of the entry price.',
  opposite_position: 'In one-way mode the account holds the opposite side of the symbol.',
  not_active: 'Trading is reducing or halted: only what makes positions smaller passes.',
  equity_unknown: 'The exchange has not told lately what the account is worth.',
  daily_loss: 'The day has lost more than the configured share of the equity.',
  drawdown: 'The equity is further under its peak than configured.',
  losing_streak: 'More positions in a row were closed at a loss than configured.',
  too_many_positions: 'The account holds as many positions as configured.',
  too_many_orders: 'The account has as many live orders as configured.',
  too_many_entries:
    'More entries were planned within this minute than configured, or this position has as many as configured.',
  spread_too_wide: 'Bid and ask are further apart than configured.',
  price_outside_collar: 'The limit price is further from the mark price than configured.',
  order_too_large: 'The value of the order is over the configured limit.',
  position_too_large: 'The position would be worth more than the configured share of the equity.',
  exposure_too_large:
    'All positions and working entries would be worth more than the configured share of the equity.',
  nothing_to_close: 'The strategy has neither a position nor a working order in the symbol.',
} as const;

export type PlanRefusalReason = keyof typeof planRefusals;
export type RefusalReason = keyof typeof refusals;

/** What a signal is measured by. A rule that is broken refuses with the reason beside it. */
export const rules = {
  action: 'hold',
  signal_age: 'stale',
  clock_skew: 'from_the_future',
  symbol_list: 'symbol_not_allowed',
  confidence_min: 'low_confidence',
  instrument: 'unknown_symbol',
  market_age: 'no_market_data',
  trading_state: 'not_active',
  equity_age: 'equity_unknown',
  daily_loss_max: 'daily_loss',
  drawdown_max: 'drawdown',
  losses_in_a_row_max: 'losing_streak',
  positions_max: 'too_many_positions',
  orders_max: 'too_many_orders',
  entries_per_minute_max: 'too_many_entries',
  entries_per_position_max: 'too_many_entries',
  spread_max: 'spread_too_wide',
  price_collar: 'price_outside_collar',
  order_notional_max: 'order_too_large',
  position_notional_max: 'position_too_large',
  exposure_max: 'exposure_too_large',
  one_way_side: 'opposite_position',
  position_size_max: 'above_max_quantity',
  stop_side: 'wrong_side_stop',
  target_side: 'wrong_side_target',
  something_to_close: 'nothing_to_close',
} as const satisfies Record<string, RefusalReason>;

export type Rule = keyof typeof rules;
