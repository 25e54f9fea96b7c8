// Goal: each filter of a symbol refuses with the code that Binance documents for it, and only beyond its bound.
// Method: a plain signed client, at the simulated exchange and, with a key for it, at the testnet.
import assert from 'node:assert/strict';
import type { Money, Price, Quantity } from '#core/money.ts';
import { money, price, quantity, quantityFor, roundToStep, showPrice, showQuantity } from '#core/money.ts';
import { card, simulatedCard } from '#test/support/cards/card.ts';
import type { CardExchange } from '#test/support/cards/card-exchange.ts';
import { refused, SYMBOL, taken } from '#test/support/cards/card-exchange.ts';

async function buyAt(exchange: CardExchange, at: bigint) {
  return exchange.order(await exchange.limit('BUY', '0.97', { price: showPrice(at as Price) }));
}

async function buy(exchange: CardExchange, size: bigint) {
  return exchange.order(await exchange.limit('BUY', '0.97', { quantity: showQuantity(size as Quantity) }));
}

card('U43', async (exchange) => {
  const tick = price(await exchange.filter('PRICE_FILTER', 'tickSize'));
  const least = price(await exchange.filter('PRICE_FILTER', 'minPrice'));
  const most = price(await exchange.filter('PRICE_FILTER', 'maxPrice'));
  const good = price(await exchange.priceAt('0.97'));
  taken(await buyAt(exchange, good));
  await refused(-4014, buyAt(exchange, good + tick / 2n));
  await refused(-4013, buyAt(exchange, least - tick));
  await refused(-4002, buyAt(exchange, most + tick));
});

card('U44', async (exchange) => {
  const good = price(await exchange.priceAt('0.97'));
  await refused(-1111, buyAt(exchange, good + price('0.00001')));
  await refused(-1111, buy(exchange, quantity(await exchange.size()) + quantity('0.00001')));
});

card('U45', async (exchange) => {
  const step = quantity(await exchange.filter('LOT_SIZE', 'stepSize'));
  const most = quantity(await exchange.filter('LOT_SIZE', 'maxQty'));
  await refused(-4003, buy(exchange, 0n));
  await refused(-4005, buy(exchange, most + step));
});

card('U46', async (exchange) => {
  const step = quantity(await exchange.filter('MARKET_LOT_SIZE', 'stepSize'));
  const most = quantity(await exchange.filter('MARKET_LOT_SIZE', 'maxQty'));
  const beyond = showQuantity((most + step) as Quantity);
  await refused(-4005, exchange.order({ side: 'BUY', type: 'MARKET', quantity: beyond }));
  const limit = await exchange.order(await exchange.limit('BUY', '0.97', { quantity: beyond }));
  assert.notEqual(limit.body.code, -4005, 'what a market order may not, a limit order may');
});

card('U47', async (exchange) => {
  const up = await exchange.filter('PERCENT_PRICE', 'multiplierUp');
  const down = await exchange.filter('PERCENT_PRICE', 'multiplierDown');
  const tick = price(await exchange.filter('PRICE_FILTER', 'tickSize'));
  const beyond = async (share: string, side: 'BUY' | 'SELL', ticks: bigint) => {
    const at = price(await exchange.priceAt(share)) + ticks * tick;
    return exchange.order(await exchange.limit(side, share, { price: showPrice(at as Price) }));
  };
  // A market that moves meanwhile takes some ticks with it.
  await refused(-4016, beyond(up, 'BUY', 1000n));
  await refused(-4024, beyond(down, 'SELL', -1000n));
  taken(await beyond('1.02', 'SELL', 0n));
});

card('U48', async (exchange) => {
  const least: Money = money(await exchange.filter('MIN_NOTIONAL', 'notional'));
  const step = quantity(await exchange.filter('LOT_SIZE', 'stepSize'));
  const at = await exchange.priceAt('0.97');
  const enough = roundToStep(quantityFor(least, price(at), 'up'), step, 'up');
  const order = async (side: 'BUY' | 'SELL', size: bigint, more = {}) =>
    exchange.order(
      await exchange.limit(side, '0.97', { price: at, quantity: showQuantity(size as Quantity), ...more }),
    );
  taken(await order('BUY', enough));
  await refused(-4164, order('BUY', enough - step));
  await exchange.market('BUY', await exchange.size());
  const price103 = await exchange.priceAt('1.03');
  taken(await order('SELL', step, { price: price103, reduceOnly: 'true' }));
});

simulatedCard('U49', async (exchange) => {
  const limit = Number(await exchange.filter('MAX_NUM_ORDERS', 'limit'));
  const order = await exchange.limit('BUY', '0.97', { symbol: SYMBOL });
  taken(await exchange.client.signed('POST', '/fapi/v1/leverage', { symbol: SYMBOL, leverage: 100 }));
  for (let placed = 0; placed < limit; placed += 1) taken(await exchange.order(order));
  await refused(-2025, exchange.order(order));
});
