/**
 * Every metric, span and event that the engine emits, declared once: the projection, docs/telemetry.md, dashboards
 * and alert rules come from here. No id is ever a metric label, so the number of series is fixed.
 */

import type { FactType } from '#core/facts.ts';
import type { LabelName, LabelValue } from './attributes.ts';
import { processEvents } from './catalogue/process-events.ts';
import { runtimeMetrics } from './catalogue/runtime.ts';
import { counter, histogram, type MetricSpec, sum } from './catalogue/spec.ts';

const leg = 'tradeengine.order.leg';

/** The metrics of facts. Their totals are those of the journal, whatever restarts lie between. */
export const factMetrics = {
  'tradeengine.signals.received': counter('{signal}', ['tradeengine.action'], 'Signals taken in.'),
  'tradeengine.signals.duplicate': counter('{signal}', [], 'Signals that had been received before.'),
  'tradeengine.signals.accepted': counter(
    '{signal}',
    ['tradeengine.decision'],
    'Signals that became orders, as asked (accepted) or with another quantity (resized).',
  ),
  'tradeengine.signals.refused': counter(
    '{signal}',
    ['tradeengine.refusal.reason'],
    'Signals that a rule refused.',
  ),
  'tradeengine.orders.planned': counter(
    '{order}',
    [leg, 'tradeengine.order.type', 'tradeengine.order.side'],
    'Orders that the engine decided to send.',
  ),
  'tradeengine.orders.submitted': counter(
    '{order}',
    [leg, 'tradeengine.order.outcome'],
    'Submissions by their first outcome: accepted, refused or unknown.',
  ),
  'tradeengine.orders.refused': counter(
    '{order}',
    [leg, 'tradeengine.order.refusal'],
    'Submissions that the exchange did not take.',
  ),
  'tradeengine.orders.resolved': counter(
    '{order}',
    ['tradeengine.order.outcome', 'tradeengine.order.resolved_by'],
    'Unknown outcomes that were found out: placed or not_placed.',
  ),
  'tradeengine.orders.abandoned': counter(
    '{order}',
    [leg, 'tradeengine.order.abandon_reason'],
    'Orders that were not placed and will not be tried again.',
  ),
  'tradeengine.orders.triggered': counter('{order}', [leg], 'Conditional orders that triggered.'),
  'tradeengine.orders.ended': counter(
    '{order}',
    [leg, 'tradeengine.order.status'],
    'Orders that ended at the exchange.',
  ),
  'tradeengine.orders.cancelled': counter(
    '{order}',
    [leg, 'tradeengine.order.cancel_reason'],
    'Cancels that were asked for.',
  ),
  'tradeengine.orders.revoked': counter('{order}', [], 'Entries that a close signal overtook.'),
  'tradeengine.orders.orphaned': counter('{order}', [], 'Open orders of our make that the journal lost.'),
  'tradeengine.fills': counter('{fill}', [leg], 'Executions.'),
  'tradeengine.slippage.bps': histogram(
    '{bp}',
    [leg],
    'By how many basis points fills were worse than expected; those that were better count as 0.',
    [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 500],
  ),
  'tradeengine.fees': sum('{asset}', ['tradeengine.fee.asset'], 'Fees paid, less rebates.'),
  'tradeengine.pnl.realised': sum('{quote}', [], 'Profit and loss of closed positions, without fees.'),
  'tradeengine.positions.opened': counter(
    '{position}',
    ['tradeengine.position.side'],
    'Positions that were opened.',
  ),
  'tradeengine.positions.closed': counter('{position}', [leg], 'Positions that were closed, by what.'),
  'tradeengine.positions.adjusted': counter(
    '{position}',
    [],
    'Positions whose quantity was taken from the exchange.',
  ),
  'tradeengine.positions.adopted': counter(
    '{position}',
    ['tradeengine.position.side'],
    'Positions that the exchange held beyond the journal and that were taken in.',
  ),
  'tradeengine.positions.stops_moved': counter(
    '{move}',
    ['tradeengine.position.stop.why'],
    'Stops that followed the market.',
  ),
  'tradeengine.positions.flattened': counter(
    '{position}',
    ['tradeengine.position.flatten_reason'],
    'Orders to close a position at the market without its strategy asking.',
  ),
  'tradeengine.positions.exposures': counter(
    '{exposure}',
    ['tradeengine.position.exposed_cause'],
    'Times that the stops of a position came to cover less than it holds; the first moments of one do not count.',
  ),
  'tradeengine.drift.found': counter(
    '{drift}',
    ['tradeengine.drift.kind'],
    'Times that journal and exchange disagreed.',
  ),
  'tradeengine.engine.starts': counter('{start}', [], 'Starts of the engine.'),
  'tradeengine.engine.reconciliations': counter('{run}', [], 'First comparisons with the exchange.'),
  'tradeengine.instruments.listed': counter('{instrument}', [], 'Instruments listed or changed.'),
  'tradeengine.latency.made_to_receive': histogram(
    's',
    [],
    'From the time that a signal names as its own to its receipt.',
  ),
  'tradeengine.latency.receive_to_decide': histogram(
    's',
    [],
    'From the receipt of a signal to its decision.',
  ),
  'tradeengine.latency.decide_to_submit': histogram('s', [leg], 'From the plan of an order to its request.'),
  'tradeengine.latency.submit_to_ack': histogram('s', [leg], 'From the request to its answer.'),
  'tradeengine.latency.plan_to_fill': histogram(
    's',
    [leg],
    'From the plan of an order that is to fill at once to an execution known here.',
  ),
  'tradeengine.latency.exposed_to_protected': histogram(
    's',
    [],
    'How long a position was not covered by its stops.',
  ),
  'tradeengine.account.measurements': counter(
    '{measurement}',
    [],
    "Times that the account's money was recorded.",
  ),
  'tradeengine.trading.changes': counter(
    '{change}',
    ['tradeengine.trading.state', 'tradeengine.trading.reason'],
    'Changes of what signals may do.',
  ),
  'tradeengine.settings.changes': counter('{change}', [], 'Changes of the trading rules by an operator.'),
  'tradeengine.positions.flatten_orders': counter(
    '{position}',
    [],
    'Positions that an operator ordered to be closed.',
  ),
  'tradeengine.telemetry.canaries': counter('{canary}', [], 'Canaries released into the journal.'),
} as const satisfies Record<`tradeengine.${string}`, MetricSpec>;

export { processEvents, runtimeMetrics };
export const metrics = { ...factMetrics, ...runtimeMetrics } as const;

export type MetricName = keyof typeof metrics;

/** What an observation of a metric must say; of a sparse one, only what applies. */
type LabelsOf<N extends MetricName> = {
  readonly [L in (typeof metrics)[N]['labels'][number]]:
    | (L extends LabelName ? LabelValue<L> : string)
    | ((typeof metrics)[N] extends { readonly sparse: true } ? undefined : never);
};
export type MetricUpdate = {
  readonly [N in MetricName]: { readonly metric: N; readonly value: number; readonly labels: LabelsOf<N> };
}[MetricName];

export const spans = {
  'signal receive': 'A signal arrived; ends with its decision. The root, or a child of the publisher.',
  'signal decide': 'The decision on a signal. Child of signal receive.',
  'order submit': 'A request to the exchange and its answer. Child of signal decide.',
  'order resolve': 'An unknown outcome was found out. Child of order submit.',
  'order fill':
    'From the trade to its arrival here. Child of order submit; of a guard, in a trace of its own.',
  'protection arm': 'A position was not covered by its stops. Child of signal decide.',
  'position close': 'A position is gone. The root of a trace of its own, linked to signal receive.',
  'telemetry canary':
    'Says nothing of trading: its arrival shows that telemetry arrives. A trace of its own.',
} as const;

/** The spans of what is no fact. They have no children, so that none is missed if one is lost. */
export const requestSpans = {
  'POST /fapi/v1/order':
    'A request to the exchange about an order, named by its method and endpoint. Child of order submit.',
  'POST /v1/signals':
    'A request to the API, named by its method and route. Child of signal receive if it brought a signal, of the caller if it named a span, else none.',
} as const;
export type RequestSpanName = `${string} /${string}`;
export type SpanName = keyof typeof spans | RequestSpanName;

/** Each fact is a log record whose event name is the type of the fact. */
export const factEvents = {
  'engine.started': 'The engine started.',
  'engine.reconciled': 'The first comparison with the exchange after a start is done.',
  'instrument.listed': "The exchange's rules for a symbol became known or changed.",
  'signal.received': 'A signal is in the journal.',
  'signal.duplicated': 'A signal arrived again.',
  'signal.accepted': 'A signal becomes orders.',
  'signal.refused': 'A rule refused a signal.',
  'order.planned': 'The engine wants an order at the exchange.',
  'order.accepted': 'The exchange has the order.',
  'order.refused': 'The exchange did not take the order.',
  'order.unknown': 'The exchange may or may not have the order.',
  'order.resolved': 'An unknown outcome was found out.',
  'order.abandoned': 'An order that was not placed will not be tried again.',
  'order.triggered': 'A conditional order became a regular one.',
  'order.filled': 'An execution.',
  'order.ended': 'An order ended at the exchange.',
  'entry.revoked': 'A close signal or an operator overtook an entry that was alive.',
  'cancel.requested': 'An order is to be cancelled.',
  'orphan.found': 'The exchange has an order of our make that the journal does not know as live.',
  'position.opened': 'A position exists.',
  'position.changed': 'A position grew or shrank.',
  'position.closed': 'A position is gone.',
  'position.adjusted': 'A quantity was corrected to what the exchange holds.',
  'position.adopted': 'The exchange holds more than the journal: it is taken in.',
  'position.stop_moved': 'The stop follows the market.',
  'position.protected': 'The open stops cover the whole position.',
  'position.exposed': 'The open stops do not cover the position.',
  'drift.found': 'Journal and exchange disagree on a quantity.',
  'drift.cleared': 'They agree again.',
  'account.measured': 'What the exchange says of the money.',
  'trading.state_changed': 'What signals may do has changed.',
  'settings.changed': 'An operator has changed the trading rules.',
  'position.flatten_ordered': 'An operator wants a position closed at the market.',
  'telemetry.canary': 'After each start and every five minutes: its arrival shows that telemetry arrives.',
} as const satisfies Record<FactType, string>;
