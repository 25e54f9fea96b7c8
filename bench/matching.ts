/**
 * Orders per second through the simulated futures exchange in this process: parameters read, filters, margin and
 * brackets checked, matched or rested, account and ledger written. No wire, no listener of events.
 */

import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import { atLeast, type Figures, percentile, plain } from './figure.ts';

const ROUNDS = 9;
const ORDERS_PER_ROUND = 60_000;
const AIM_PER_SECOND = 300_000;

export async function matching(): Promise<Figures> {
  return {
    'matching orders in-process': atLeast(median(marketOrders), AIM_PER_SECOND, '1/s'),
    'orders rested and canceled in-process': plain(median(restedOrders), '1/s'),
    'orders refused in-process': plain(median(refusedOrders), '1/s'),
  };
}

type Workload = (exchange: SimulatedExchange, from: number) => void;

/** The first round warms up and counts as one of many. */
function median(workload: Workload): number {
  const exchange = new SimulatedExchange({
    seed: 1,
    balance: '100000000',
    dualSide: false,
    // As the server does, which stores them: nothing is kept in memory.
    onLedger: () => {},
  });
  exchange.setPrice('BTCUSDT', '50000', 1);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    workload(exchange, round * ORDERS_PER_ROUND);
    rates.push((ORDERS_PER_ROUND * 1_000) / (performance.now() - start));
  }
  return percentile(
    rates.toSorted((a, b) => a - b),
    0.5,
  );
}

const symbol = 'BTCUSDT';

/** Each order fills at once; they buy and sell in turn, so that the position stays small. */
function marketOrders(exchange: SimulatedExchange, from: number): void {
  for (let id = from; id < from + ORDERS_PER_ROUND; id += 1) {
    const side = id % 2 === 0 ? 'BUY' : 'SELL';
    exchange.placeOrder(
      { symbol, side, type: 'MARKET', quantity: '0.002', newClientOrderId: `bench-${id}` },
      2,
    );
  }
}

const resting = { symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '49000' };

function restedOrders(exchange: SimulatedExchange, from: number): void {
  for (let id = from; id < from + ORDERS_PER_ROUND; id += 1) {
    const newClientOrderId = `bench-${id}`;
    exchange.placeOrder({ ...resting, newClientOrderId }, 2);
    exchange.cancelOrder({ symbol, origClientOrderId: newClientOrderId }, 2);
  }
}

function refusedOrders(exchange: SimulatedExchange, from: number): void {
  for (let id = from; id < from + ORDERS_PER_ROUND; id += 1) {
    exchange.placeOrder({ ...resting, price: '53000', newClientOrderId: `bench-${id}` }, 2);
  }
}
