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
  one_way_side: 'opposite_position',
  position_size_max: 'above_max_quantity',
  stop_side: 'wrong_side_stop',
  target_side: 'wrong_side_target',
  something_to_close: 'nothing_to_close',
} as const satisfies Record<string, RefusalReason>;

export type Rule = keyof typeof rules;
