/** The futures exchange as it is kept across restarts. */
import { DurableExchange } from '../storage/durable-exchange.ts';
import type { Store } from '../storage/store.ts';
import { SimulatedExchange } from './exchange.ts';
import type { ExchangeEvent, LedgerEntry, SimulatedExchangeOptions } from './types.ts';

/** The calls that change the exchange. */
const mutators = [
  'advance',
  'setPrice',
  'releasePrice',
  'placeOrder',
  'cancelOrder',
  'cancelAllOrders',
  'placeAlgoOrder',
  'cancelAlgoOrder',
  'cancelAllAlgoOrders',
  'setDualSide',
  'setLeverage',
  'setMarginType',
] as const satisfies readonly (keyof SimulatedExchange)[];

export type DurableUsdm = DurableExchange<
  SimulatedExchange,
  (typeof mutators)[number],
  ExchangeEvent,
  LedgerEntry
>;

export const openUsdm = (
  store: Store,
  options: Omit<SimulatedExchangeOptions, 'onEvent' | 'onLedger'>,
  publish: (event: ExchangeEvent) => void,
): DurableUsdm =>
  new DurableExchange(store, {
    mutators,
    open: (listeners, state) => new SimulatedExchange({ ...options, ...listeners }, state),
    publish,
  });
