/** What an operator commands, as facts that say who and why. A command that has nothing to do gives none. */

import type { ChangeSettings, OperatorCommand, OrderFlatten, RevokeEntry } from './command.ts';
import type { Fact } from './facts.ts';
import { aboutOrder, type Order } from './order.ts';
import { changeTradingState } from './oversight.ts';
import { type EngineState, settingsVersionOf } from './state.ts';

export function operate(state: EngineState, command: OperatorCommand): Fact[] {
  switch (command.type) {
    case 'set_trading_state':
      return changeTradingState(state, command.to, command.by, command.note);
    case 'flatten':
      return flatten(state, command);
    case 'revoke_entry':
      return revokeEntry(state, command);
    case 'change_settings':
      return changeSettings(state, command);
  }
}

function flatten(state: EngineState, { symbol, by, note }: OrderFlatten): Fact[] {
  const concerns = (of: string): boolean => symbol === undefined || symbol === of;
  const positions = [...state.positions.values()].filter(
    (position) => concerns(position.name.symbol) && position.flatten === undefined,
  );
  const entries = [...state.orders.values()].filter(
    (order) => concerns(order.plan.symbol) && isRevocable(order),
  );
  return [
    ...positions.map(
      ({ key, story: { signal, trace } }): Fact => ({
        type: 'position.flatten_ordered',
        position: key,
        signal,
        trace,
        by,
        note,
      }),
    ),
    ...entries.map((order) => revoked(order, by)),
  ];
}

function revokeEntry(state: EngineState, { clientOrderId, by }: RevokeEntry): Fact[] {
  const order = state.orders.get(clientOrderId);
  return order !== undefined && isRevocable(order) ? [revoked(order, by)] : [];
}

const isRevocable = ({ leg, revoked: already }: Order): boolean => leg === 'entry' && !already;

const revoked = (order: Order, by: string): Fact => ({
  type: 'entry.revoked',
  ...aboutOrder(order),
  position: order.position,
  by,
});

function changeSettings(state: EngineState, command: ChangeSettings): Fact[] {
  const version = settingsVersionOf(state);
  if (command.basedOn !== version) return [];
  const { settings, by, note } = command;
  return [{ type: 'settings.changed', version: version + 1, settings, by, note }];
}
