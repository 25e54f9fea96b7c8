/** The spot exchange as it is kept across restarts. */
import { DurableExchange } from '../storage/durable-exchange.ts';
import type { Store } from '../storage/store.ts';
import type { SpotEvent } from './events.ts';
import { SpotExchange } from './exchange.ts';
import type { SpotLedgerEntry, SpotOpening } from './types.ts';

/** The calls that change the exchange. */
const mutators = [
  'advance',
  'setPrice',
  'releasePrice',
  'transfer',
  'placeOrder',
  'cancelOrder',
  'cancelAllOrders',
  'cancelReplaceOrder',
  'amendOrder',
  'placeList',
  'cancelList',
] as const satisfies readonly (keyof SpotExchange)[];

export type DurableSpot = DurableExchange<
  SpotExchange,
  (typeof mutators)[number],
  SpotEvent,
  SpotLedgerEntry
>;

export const openSpot = (
  store: Store,
  options: SpotOpening,
  publish: (event: SpotEvent) => void,
): DurableSpot =>
  new DurableExchange(store, {
    mutators,
    open: (listeners, state) => new SpotExchange({ ...options, ...listeners }, state),
    publish,
  });
