/** The types of facts by name, for whoever reads a journal: there a type is text, and may be of a later program. */

import type { FactType } from './facts.ts';

const factTypes = {
  'engine.started': true,
  'instrument.listed': true,
  'signal.received': true,
  'signal.duplicated': true,
  'signal.accepted': true,
  'signal.refused': true,
  'order.planned': true,
  'order.accepted': true,
  'order.refused': true,
  'order.unknown': true,
  'order.resolved': true,
  'order.abandoned': true,
  'order.triggered': true,
  'order.filled': true,
  'order.ended': true,
  'entry.revoked': true,
  'cancel.requested': true,
  'orphan.found': true,
  'position.opened': true,
  'position.changed': true,
  'position.closed': true,
  'position.adjusted': true,
  'position.adopted': true,
  'position.stop_moved': true,
  'position.protected': true,
  'position.exposed': true,
  'drift.found': true,
  'drift.cleared': true,
  'engine.reconciled': true,
  'account.measured': true,
  'trading.state_changed': true,
  'settings.changed': true,
  'position.flatten_ordered': true,
  'telemetry.canary': true,
} as const satisfies Record<FactType, true>;

export const isFactType = (type: string): type is FactType => Object.hasOwn(factTypes, type);
