/**
 * Every attribute that may leave the process on a span, a log record or a metric, declared once. It is also the
 * allow-list: what is not named here is dropped at the export boundary.
 */

import { type RefusalReason, refusals } from '#core/refusal.ts';
import { limitNames } from '#core/usage.ts';
import { runtimeAttributes } from './attributes/runtime.ts';
import { type AttributeSpec, flag, int, list, oneOf, text } from './attributes/spec.ts';

const refusalReasons = Object.keys(refusals) as RefusalReason[];

export const attributes = {
  'tradeengine.account.id': text('The account that the engine trades.'),
  'tradeengine.fact.seq': int('The number of the fact in its journal: with the account it names the fact.'),
  'tradeengine.engine.version': text('The version of the engine that wrote the fact.'),
  'tradeengine.engine.settings': text('The trading settings that the account runs by, as JSON.'),
  'tradeengine.reconciled.orders': int('Live orders after the comparison with the exchange.'),
  'tradeengine.reconciled.positions': int('Open positions after the comparison with the exchange.'),
  'tradeengine.instrument': text("The exchange's rules for one symbol, as JSON."),

  'tradeengine.signal.id': text("The publisher's name for the signal."),
  'tradeengine.signal.seq': int('The number of the signal.received fact that this goes back to.'),
  'tradeengine.signal.key': text('The digest of account and signal id; part of every client order id.'),
  'tradeengine.signal.trace_id': text("The signal's own trace, on what is told in a later trace."),
  'tradeengine.signal.confidence': text('0 to 1.'),
  'tradeengine.signal.order_type': oneOf(['market', 'limit'], 'The kind of entry that the signal asks for.'),
  'tradeengine.signal.price': text('The limit price that the signal asks for.'),
  'tradeengine.signal.quantity': text('The quantity that the signal asks for, in base units.'),
  'tradeengine.signal.quote_quantity': text('The value that the signal asks for, in the quote asset.'),
  'tradeengine.signal.equity_rate': text('The value that the signal asks for, as a rate of the equity.'),
  'tradeengine.signal.stop_loss': text('The stop price that the signal asks for.'),
  'tradeengine.signal.stop_loss_rate': text('The distance of the stop from the entry, as a rate.'),
  'tradeengine.signal.take_profit': text('The target price that the signal asks for.'),
  'tradeengine.signal.take_profit_rate': text('The distance of the target from the entry, as a rate.'),
  'tradeengine.signal.made_at': text('When the strategy made the signal.'),
  'tradeengine.signal.received_at': text('When the signal arrived.'),
  'tradeengine.signal.differs': list(
    'The fields in which a signal is not the one that first came under its id.',
  ),
  'tradeengine.strategy.id': text('The strategy that the signal or position belongs to.'),
  'tradeengine.symbol': text("The exchange's symbol."),
  'tradeengine.action': oneOf(['buy', 'sell', 'close', 'hold'], 'What the signal asks for.'),
  'tradeengine.decision': oneOf(
    ['accepted', 'resized', 'refused', 'duplicate'],
    'What became of the signal; resized: accepted with another quantity than it asked for.',
  ),
  'tradeengine.checks': list('The rules that the decision was measured by: name, value, limit.'),
  'tradeengine.refusal.reason': oneOf(refusalReasons, 'Why a signal becomes no order.'),
  'tradeengine.refusal.value': text('The value that broke the rule.'),
  'tradeengine.refusal.limit': text('The limit that it broke.'),
  'tradeengine.market.mark': text('The mark price that the decision saw.'),
  'tradeengine.market.bid': text('The best bid that the decision saw.'),
  'tradeengine.market.ask': text('The best ask that the decision saw.'),
  'tradeengine.resize.asked': text('The quantity before it was resized.'),
  'tradeengine.resize.planned': text('The quantity after it was resized.'),
  'tradeengine.resize.why': text('Why it was resized.'),

  'tradeengine.order.id': text('The client order id.'),
  'tradeengine.order.leg': oneOf(
    ['entry', 'stop', 'take_profit', 'close', 'flatten'],
    'What the order is for.',
  ),
  'tradeengine.order.outcome': oneOf(
    ['accepted', 'refused', 'unknown', 'placed', 'not_placed'],
    'The answer to a submission; placed and not_placed: how an unknown one was resolved.',
  ),
  'tradeengine.order.side': oneOf(['BUY', 'SELL'], 'The side at the exchange.'),
  'tradeengine.order.type': oneOf(
    ['MARKET', 'LIMIT', 'STOP_MARKET', 'TAKE_PROFIT_MARKET'],
    'The type at the exchange.',
  ),
  'tradeengine.order.phase': oneOf(
    ['planned', 'unknown', 'open', 'waiting'],
    'Where a live order stands: durable here, of unknown fate, at the exchange, or to be tried again.',
  ),
  'tradeengine.order.book': oneOf(['regular', 'conditional'], "Which of the exchange's books it rests in."),
  'tradeengine.order.quantity': text('The quantity, in base units.'),
  'tradeengine.order.price': text('The limit price.'),
  'tradeengine.order.expected_price': text(
    'The price that its fills are held against: the trigger of a stop or a target, otherwise the market when it was planned, or the limit if that is better.',
  ),
  'tradeengine.order.trigger_price': text('The price that triggers it.'),
  'tradeengine.order.reduce_only': flag('Whether it may only reduce.'),
  'tradeengine.order.attempt': int('The number of the attempt at the intent.'),
  'tradeengine.order.expires_at': text('From when on it is not tried again.'),
  'tradeengine.order.planned_at': text('When it was decided.'),
  'tradeengine.order.sent_at': text('When its request left.'),
  'tradeengine.order.answered_at': text('When the answer came.'),
  'tradeengine.order.retry_at': text('When it may be tried again.'),
  'tradeengine.order.decidable_at': text('From when on asking the exchange gives a final answer.'),
  'tradeengine.order.exchange_id': text("The exchange's number for it."),
  'tradeengine.order.child_id': text('The regular order that a conditional one became.'),
  'tradeengine.order.refusal': oneOf(
    [
      'would_trigger',
      'nothing_to_reduce',
      'insufficient_margin',
      'filter',
      'throttled',
      'unavailable',
      'not_authorised',
      'too_many_orders',
      'other',
    ],
    'Why the exchange did not take it.',
  ),
  'tradeengine.order.code': int("The exchange's error code."),
  'tradeengine.order.message': text("The exchange's error message."),
  'tradeengine.order.cause': text('Why the outcome is unknown.'),
  'tradeengine.order.resolved_by': oneOf(['stream', 'query'], 'How an unknown outcome was found out.'),
  'tradeengine.order.abandon_reason': oneOf(
    ['expired', 'attempts_used', 'position_closed', 'replaced', 'close_signal', 'not_plannable'],
    'Why it will not be tried again.',
  ),
  'tradeengine.order.cancel_reason': oneOf(
    ['position_closed', 'replaced', 'close_signal'],
    'Why it is cancelled.',
  ),
  'tradeengine.order.status': oneOf(['filled', 'canceled', 'expired', 'rejected'], 'How it ended.'),
  'tradeengine.order.executed': text('The quantity that was executed.'),
  'tradeengine.protection.stop': text('Where the stop is to be.'),
  'tradeengine.protection.stop_rate': text('The distance of the stop from the entry, as a rate.'),
  'tradeengine.protection.target': text('Where the target is to be.'),
  'tradeengine.protection.target_rate': text('The distance of the target from the entry, as a rate.'),

  'tradeengine.trade.id': text("The exchange's number for the trade, unique per symbol."),
  'tradeengine.trade.price': text('The price of the trade.'),
  'tradeengine.trade.quantity': text('The quantity of the trade, in base units.'),
  'tradeengine.trade.fee': text('The fee of the trade.'),
  'tradeengine.trade.fee_asset': text('What the fee is paid in.'),
  'tradeengine.trade.slippage_bps': text(
    'How much worse the price is than the expected one, in basis points; negative where it is better.',
  ),
  'tradeengine.trade.maker': flag('Whether the order rested in the book.'),
  'tradeengine.trade.at': text("When it was traded, by the exchange's clock."),
  'tradeengine.fee.asset': oneOf(['USDT', 'USDC', 'BNB', '_OTHER'], 'What fees are paid in, as a label.'),

  'tradeengine.position.id': text('Account, strategy, symbol and side.'),
  'tradeengine.position.side': oneOf(['LONG', 'SHORT'], 'The side of the position.'),
  'tradeengine.position.quantity': text('The quantity held.'),
  'tradeengine.position.cost': text('What the held quantity cost.'),
  'tradeengine.position.realised': text('Profit and loss of what was closed, without fees.'),
  'tradeengine.position.fees': text('Fees paid in the quote asset.'),
  'tradeengine.position.stop': text('The price of the stop.'),
  'tradeengine.position.target': text('The price of the target.'),
  'tradeengine.position.covered': text('The quantity that the open stops cover.'),
  'tradeengine.position.from': text('The quantity before it was adjusted to what the exchange holds.'),
  'tradeengine.position.to': text('The quantity after it was adjusted to what the exchange holds.'),
  'tradeengine.position.opened_at': text('When it was opened.'),
  'tradeengine.position.exposed_since': text('Since when its stops did not cover it.'),
  'tradeengine.position.exposed_cause': oneOf(
    ['position_grew', 'stop_lost'],
    'Why its stops do not cover it.',
  ),
  'tradeengine.position.flatten_reason': oneOf(
    [
      'unprotected_too_long',
      'stop_passed',
      'target_reached',
      'unprotectable',
      'close_signal',
      'operator',
      'foreign',
    ],
    'Why it is closed at the market without its strategy asking.',
  ),
  'tradeengine.position.stop.before': text('The price of the stop before it moved.'),
  'tradeengine.position.stop.why': oneOf(['break_even', 'trailing'], 'Why the stop moved.'),
  'tradeengine.drift.kind': oneOf(
    ['missing_at_exchange', 'unknown_to_journal'],
    'Which side holds more: the journal (missing_at_exchange) or the exchange (unknown_to_journal).',
  ),
  'tradeengine.drift.journal': text("The position's quantity by the journal."),
  'tradeengine.drift.exchange': text("The position's quantity by the exchange."),

  'tradeengine.operator': text(
    'Who commanded it, by the name of the token; engine or environment where nobody did.',
  ),
  'tradeengine.operator.note': text('What was said of it.'),
  'tradeengine.trading.state': oneOf(['active', 'reducing', 'halted'], 'What signals may do.'),
  'tradeengine.trading.state.before': oneOf(
    ['active', 'reducing', 'halted'],
    'What signals might do before.',
  ),
  'tradeengine.trading.reason': oneOf(
    ['operator', 'drawdown', 'margin_refusals', 'heartbeat_lost'],
    'Why that changed.',
  ),
  'tradeengine.settings.version': int('The number of the rules in force.'),
  'tradeengine.account.asset': text('What the account is margined in.'),
  'tradeengine.account.wallet': text('The balance without open results.'),
  'tradeengine.account.available': text('What is free for new orders.'),
  'tradeengine.account.unrealised': text('The results of open positions at the mark price.'),
  'tradeengine.limit': oneOf(limitNames, 'A bound of the account.'),

  'tradeengine.telemetry.signal': oneOf(['traces', 'metrics', 'logs', 'profiles'], 'The kind of telemetry.'),
  'tradeengine.telemetry.failure': oneOf(
    ['retried', 'rejected', 'dropped'],
    'retried: the request is sent again; rejected: the collector will never take the items; dropped: too many waited while it took none.',
  ),
  'pyroscope.profile.id': text('The span_id that the samples of this work carry in profiles.'),
  'service.version': text('The version of the running program.'),
  'tradeengine.telemetry.item': oneOf(
    ['log', 'record', 'span'],
    'A log record of the process, what a part told of its work, or a span made of that.',
  ),

  ...runtimeAttributes,
} as const satisfies Record<string, AttributeSpec>;

export type AttributeName = keyof typeof attributes;

type Spec<N extends AttributeName> = (typeof attributes)[N];
type Listed<N extends AttributeName> =
  Spec<N> extends { readonly values: readonly (infer V extends string)[] } ? V : string;
type ValueOf<N extends AttributeName> = {
  readonly string: Listed<N>;
  readonly int: number;
  readonly boolean: boolean;
  readonly strings: readonly string[];
}[Spec<N>['type']];

export type AttributeValue = string | number | boolean | readonly string[];
export type AttributeValues = { readonly [N in AttributeName]?: ValueOf<N> | undefined };

/** The attributes that may be metric labels, because their values are a closed list. */
export type LabelName = {
  [N in AttributeName]: Spec<N> extends { readonly values: readonly string[] } ? N : never;
}[AttributeName];
/** As text, whatever its type. */
export type LabelValue<N extends LabelName> = Listed<N>;

export const labelValues = (name: LabelName): readonly string[] => attributes[name].values;

/** The value of a label in the type of its attribute. */
export const typed = (name: string, value: string): string | number =>
  /^\d+$/.test(value) && (attributes as Readonly<Record<string, AttributeSpec>>)[name]?.type === 'int'
    ? Number(value)
    : value;

const VALUE_LENGTH_MAX = 4096;

/** A value as it may leave the process: of a declared attribute, and no longer than the bound. */
export function allowedValue(name: string, value: unknown): AttributeValue | undefined {
  if (!Object.hasOwn(attributes, name)) return undefined;
  if (typeof value === 'string') {
    return value.length > VALUE_LENGTH_MAX ? value.slice(0, VALUE_LENGTH_MAX) : value;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return Array.isArray(value) ? value.map((one) => String(one).slice(0, VALUE_LENGTH_MAX)) : undefined;
}

export function allowed(values: Readonly<Record<string, unknown>>): Record<string, AttributeValue> {
  const passed: Record<string, AttributeValue> = {};
  for (const name in values) {
    const value = allowedValue(name, values[name]);
    if (value !== undefined) passed[name] = value;
  }
  return passed;
}
