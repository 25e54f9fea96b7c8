/** What came of a command, in words. */

import type { Fact } from '#core/facts.ts';
import type { PositionKey } from '#core/ids.ts';

/** A fact that an operator's command made; undefined for what only follows from it. */
export function factText(fact: Fact): string | undefined {
  switch (fact.type) {
    case 'trading.state_changed':
      return `Trading is ${fact.to}; it was ${fact.from}.`;
    case 'position.flatten_ordered':
      return `${positionText(fact.position)} is to be closed at the market.`;
    case 'entry.revoked':
      return `The entry ${fact.clientOrderId} in ${fact.symbol} is taken back: what it still fills is closed at once.`;
    case 'order.planned':
      return `The order ${fact.order.clientOrderId} is to ${fact.order.side.toLowerCase()} ${fact.order.quantity} ${fact.order.symbol}.`;
    case 'cancel.requested':
      return `The order ${fact.clientOrderId} is being cancelled.`;
    case 'order.abandoned':
      return `The order ${fact.clientOrderId} will not be tried again.`;
    case 'settings.changed':
      return `The settings are now those of version ${fact.version}.`;
    default:
      return undefined;
  }
}

function positionText(key: PositionKey): string {
  const [, strategy, symbol, side] = key.split('/');
  return `The ${side} of ${strategy} in ${symbol}`;
}
