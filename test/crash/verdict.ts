/** What the exchange's own ledger and the journal say after a campaign: each check returns what it found broken. */

import type { Entry, Fact } from '#core/facts.ts';
import { type Quantity, quantity, showQuantity } from '#core/money.ts';
import type { LedgerEntry } from '#simex/usdm/ledger.ts';

const intentOf = (clientOrderId: string): string => clientOrderId.replace(/\d+$/, '');

/**
 * Every signal that was acknowledged is in the journal with its decision; every accepted entry was executed exactly
 * once, or given up with a reason that the journal names; nothing was executed twice.
 */
export function executionViolations(
  acknowledged: ReadonlySet<string>,
  entries: readonly Entry[],
  ledger: readonly LedgerEntry[],
): string[] {
  const facts = entries.flatMap((entry) => entry.facts);
  const found: string[] = [];
  const known = new Set<string>();
  const wanted = new Set<string>();
  const givenUp = new Set<string>();
  for (const fact of facts) {
    if (fact.type === 'signal.received') known.add(fact.content.id);
    if (fact.type === 'order.planned' && isAskedFor(fact)) wanted.add(intentOf(fact.order.clientOrderId));
    if (fact.type === 'order.abandoned' || (fact.type === 'order.refused' && fact.retryAt === undefined)) {
      givenUp.add(intentOf(fact.clientOrderId));
    }
  }
  for (const id of acknowledged)
    if (!known.has(id)) found.push(`${id} was acknowledged and is not in the journal`);

  const placed = new Map<string, number>();
  for (const entry of ledger) {
    if (entry.kind !== 'order_accepted' || entry.algoId !== 0) continue;
    const intent = intentOf(entry.clientOrderId);
    placed.set(intent, (placed.get(intent) ?? 0) + 1);
  }
  for (const intent of wanted) {
    const count = placed.get(intent) ?? 0;
    if (count > 1) found.push(`${intent} was executed ${count} times`);
    if (count === 0 && !givenUp.has(intent)) found.push(`${intent} was accepted and never executed`);
  }
  for (const intent of placed.keys()) {
    if (/-[ec][ls]$/.test(intent) && !wanted.has(intent))
      found.push(`${intent} is at the exchange and not in the journal`);
  }
  return found;
}

const isAskedFor = (fact: Fact & { type: 'order.planned' }): boolean =>
  fact.leg === 'entry' || fact.leg === 'close';

export interface ExchangeState {
  readonly positions: readonly { symbol: string; positionSide: string; positionAmt: string }[];
  readonly stops: readonly { symbol: string; positionSide: string; orderType: string; quantity: string }[];
}

/** Each open position is covered by open stops for its whole quantity. */
export function coverViolations({ positions, stops }: ExchangeState): string[] {
  const found: string[] = [];
  for (const { symbol, positionSide, positionAmt } of positions) {
    const signed = quantity(positionAmt);
    const held = (signed < 0n ? -signed : signed) as Quantity;
    const covered = stops
      .filter(
        (stop) =>
          stop.symbol === symbol && stop.positionSide === positionSide && stop.orderType === 'STOP_MARKET',
      )
      .reduce((sum, stop) => sum + quantity(stop.quantity), 0n) as Quantity;
    if (covered < held) {
      found.push(`${symbol} ${positionSide}: ${showQuantity(held)} held, ${showQuantity(covered)} covered`);
    }
  }
  return found;
}
