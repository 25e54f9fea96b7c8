/** Which side of a disagreement holds more. */

import { quantity } from '#core/money.ts';
import type { LabelValue } from './attributes.ts';

export type DriftKind = LabelValue<'tradeengine.drift.kind'>;

/** @param difference what the journal holds more than the exchange */
export const driftKindOf = (difference: bigint): DriftKind =>
  difference > 0n ? 'missing_at_exchange' : 'unknown_to_journal';

export const driftKind = (journal: string, exchange: string): DriftKind =>
  driftKindOf(quantity(journal) - quantity(exchange));
