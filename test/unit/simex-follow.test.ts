// Goal: prices from outside are the market's, orders meet each of them, and stored calls lead to the same market again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MarketUpdate } from '#simex/market/follow.ts';
import { Store } from '#simex/storage/store.ts';
import { openUsdm } from '#simex/usdm/durable.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import { listingOf } from '#simex/usdm/state.ts';
import type { ExchangeEvent } from '#simex/usdm/types.ts';
import { tempDir } from '#test/support/temp-dir.ts';

const batch = (...updates: MarketUpdate[]) => ({ followed: { source: 'test', sourceMs: 1 }, updates });
const deals = (...prices: string[]) => prices.map((at) => [at, '0.5', false] as const);
const quotes = { bid: ['90000.04', '1.5'], ask: ['90000.3', '0.7'] } as const;

test('quotes and mark price are those from outside, down to the tick, and the generator leaves them alone', () => {
  const exchange = new SimulatedExchange({ seed: 1 });
  assert.ok(exchange.followMarket(batch({ symbol: 'BTCUSDT', quotes, mark: '90001.123' }), 1).ok);
  const before = exchange.bookTicker('BTCUSDT');
  exchange.advance(10_000);
  const ticker = exchange.bookTicker('BTCUSDT');
  assert.ok(ticker.ok && before.ok);
  const { bidPrice, bidQty, askPrice, askQty } = ticker.ticker;
  assert.deepEqual([bidPrice, bidQty, askPrice, askQty], ['90000', '1.5', '90000.3', '0.7']);
  const premium = exchange.premiumIndex('BTCUSDT');
  assert.ok(premium.ok && premium.premium.markPrice === '90001.123');
});

test('an order meets every price of a batch, not only its last', () => {
  const exchange = new SimulatedExchange({ seed: 1 });
  exchange.followMarket(batch({ symbol: 'BTCUSDT', deals: deals('50000') }), 1);
  const order = { symbol: 'BTCUSDT', positionSide: 'LONG', quantity: '0.01' };
  exchange.placeOrder({ ...order, side: 'BUY', type: 'MARKET' }, 2);
  exchange.placeAlgoOrder(
    {
      ...order,
      side: 'SELL',
      algoType: 'CONDITIONAL',
      type: 'STOP_MARKET',
      triggerPrice: '49500',
      clientAlgoId: 'stop',
    },
    3,
  );
  exchange.followMarket(batch({ symbol: 'BTCUSDT', deals: deals('49800', '49400', '50100') }), 4);
  const stop = exchange.queryAlgoOrder({ clientAlgoId: 'stop' });
  assert.ok(stop.ok && stop.algo.algoStatus === 'FINISHED');
  assert.ok(Number(stop.algo.actualPrice) < 49_401, stop.algo.actualPrice);
});

test('while nothing comes from outside nothing is published, and with each batch it is', () => {
  const events: ExchangeEvent[] = [];
  const exchange = new SimulatedExchange({ seed: 1, onEvent: (event) => void events.push(event) });
  const ofBitcoin = () => events.splice(0).filter((event) => 's' in event && event.s === 'BTCUSDT');
  exchange.followMarket(batch({ symbol: 'BTCUSDT', quotes }), 1000);
  assert.deepEqual(
    ofBitcoin()
      .map(({ e }) => e)
      .sort(),
    ['bookTicker', 'markPriceUpdate'],
  );
  exchange.advance(60_000);
  assert.deepEqual(ofBitcoin(), []);
  exchange.followMarket(batch({ symbol: 'BTCUSDT' }), 60_000);
  assert.equal(ofBitcoin().length, 2);
});

test('a scripted price is not overruled from outside until it is released', () => {
  const exchange = new SimulatedExchange({ seed: 1 });
  const last = () => listingOf(exchange.state, 'BTCUSDT').market.last;
  exchange.followMarket(batch({ symbol: 'BTCUSDT', deals: deals('50000') }), 1);
  exchange.setPrice('BTCUSDT', '60000', 2);
  const scripted = last();
  exchange.followMarket(batch({ symbol: 'BTCUSDT', deals: deals('50001') }), 3);
  assert.equal(last(), scripted);
  exchange.releasePrice('BTCUSDT', 4);
  exchange.followMarket(batch({ symbol: 'BTCUSDT', deals: deals('50001') }), 5);
  assert.notEqual(last(), scripted);
});

test('a batch with anything malformed changes nothing', () => {
  const exchange = new SimulatedExchange({ seed: 1 });
  const before = structuredClone(exchange.state.listings);
  const good = { symbol: 'ETHUSDT', deals: deals('2000') };
  const bad: MarketUpdate[] = [
    { symbol: 'NOPE' },
    { symbol: 'BTCUSDT', deals: deals('1e3') },
    { symbol: 'BTCUSDT', deals: deals('-1') },
    { symbol: 'BTCUSDT', deals: [['1', '0', true]] },
    { symbol: 'BTCUSDT', mark: '0' },
    { symbol: 'BTCUSDT', quotes: { bid: ['0.01', '1'], ask: ['1', '1'] } },
  ];
  for (const update of bad)
    assert.ok(!exchange.followMarket(batch(good, update), 1).ok, JSON.stringify(update));
  assert.deepEqual(exchange.state.listings, before);
  assert.equal(exchange.state.followed, undefined);
});

test('after a crash the stored calls lead to the same tape and the same place in the source', () => {
  const directory = tempDir();
  const options = { seed: 1, startMs: 0 };
  const store = new Store(directory, 'simex');
  const first = openUsdm(store, options, () => undefined);
  for (let step = 1; step <= 50; step += 1) {
    first.call('advance', step * 200);
    first.call('followMarket', batch({ symbol: 'BTCUSDT', deals: deals(`${50_000 + step}`) }), step * 200);
  }
  const { listings, followed } = first.view.state;
  // No snapshot is taken: this is how a killed process leaves its store.
  store.close();
  const second = new Store(directory, 'simex');
  const again = openUsdm(second, options, () => undefined);
  assert.deepEqual(again.view.state.listings, listings);
  assert.deepEqual(again.view.state.followed, followed);
  second.close();
});
