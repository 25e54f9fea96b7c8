/** The futures exchange as it is kept across restarts. */
import { DurableExchange } from '../storage/durable-exchange.ts';
import type { Store } from '../storage/store.ts';
import { SimulatedExchange } from './exchange.ts';
import type { LedgerEntry } from './ledger.ts';
import type { SimulatedExchangeOptions } from './options.ts';
import type { ExchangeEvent } from './types.ts';

/** The calls that change the exchange. */
const mutators = [
  'advance',
  'setPrice',
  'releasePrice',
  'followMarket',
  'placeOrder',
  'placeOrders',
  'modifyOrder',
  'modifyOrders',
  'cancelOrder',
  'cancelOrders',
  'cancelAllOrders',
  'countdownCancelAll',
  'placeAlgoOrder',
  'cancelAlgoOrder',
  'cancelAllAlgoOrders',
  'setDualSide',
  'setLeverage',
  'setMarginType',
  'setMultiAssets',
  'setFeeBurn',
  'movePositionMargin',
  'setApiRestrictions',
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
