// Goal: the exchange is deterministic, its books balance, and its memory is bounded, whatever orders arrive.
// Method: seeded storms of random orders on the generated market; the ledger is recomputed independently.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { addMoney, money, quantity, showMoney, showQuantity, subtractMoney } from '#core/money.ts';
import { nextBelow, seedRandom } from '#simex/market/random.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import type { LedgerEntry } from '#simex/usdm/ledger.ts';
import type { ExchangeState } from '#simex/usdm/state.ts';
import type { ExchangeEvent } from '#simex/usdm/types.ts';

const balance = '1000000';

/** Lets random orders loose on an exchange, a step of market between any two. */
function storm(exchange: SimulatedExchange, seed: number, from: number, to: number): void {
  const random = seedRandom(seed, 'storm');
  for (let skipped = 0; skipped < from * 7; skipped += 1) nextBelow(random, 2);
  const pick = <T>(choices: readonly T[]): T => choices[nextBelow(random, choices.length)] as T;
  for (let turn = from; turn < to; turn += 1) {
    const nowMs = turn * 200;
    const symbol = pick(['BTCUSDT', 'ETHUSDT', 'XRPUSDT']);
    const side = pick(['BUY', 'SELL']);
    const positionSide = exchange.dualSide ? pick(['LONG', 'SHORT']) : 'BOTH';
    const value = 200 + nextBelow(random, 20_000);
    const kind = nextBelow(random, 6);
    const ticker = exchange.bookTicker(symbol);
    assert.ok(ticker.ok);
    const bid = Number(ticker.ticker.bidPrice);
    const digits = symbol === 'XRPUSDT' ? 0 : 3;
    const amount = (value / bid).toFixed(digits);
    const away = (share: number): string =>
      (bid * share).toFixed(symbol === 'XRPUSDT' ? 4 : symbol === 'BTCUSDT' ? 1 : 2);
    const common = { symbol, side, positionSide, quantity: amount };
    if (kind <= 1) exchange.placeOrder({ ...common, type: 'MARKET' }, nowMs);
    else if (kind === 2) {
      const price = away(side === 'BUY' ? 0.9995 : 1.0005);
      exchange.placeOrder(
        { ...common, type: 'LIMIT', timeInForce: pick(['GTC', 'IOC', 'GTX']), price },
        nowMs,
      );
    } else if (kind === 3) {
      const triggerPrice = away(side === 'BUY' ? 1.001 : 0.999);
      exchange.placeAlgoOrder(
        { ...common, algoType: 'CONDITIONAL', type: 'STOP_MARKET', triggerPrice },
        nowMs,
      );
    } else if (kind === 4) exchange.cancelAllOrders(symbol, nowMs);
    else exchange.advance(nowMs);
  }
}

const run = (seed: number, turns = 400, dualSide = true) => {
  const events: ExchangeEvent[] = [];
  const exchange = new SimulatedExchange({
    seed,
    balance,
    dualSide,
    onEvent: (event) => void events.push(event),
  });
  storm(exchange, seed, 0, turns);
  return { exchange, events };
};

test('the same seed and the same calls give the same ledger and the same events', () => {
  const first = run(11);
  const second = run(11);
  assert.deepEqual(first.exchange.ledger, second.exchange.ledger);
  assert.deepEqual(first.events, second.events);
  assert.notDeepEqual(run(12).exchange.ledger, first.exchange.ledger);
});

test('ledger numbers have no gap and time never runs backwards', () => {
  const { ledger } = run(5).exchange;
  assert.ok(ledger.length > 500);
  for (const [index, entry] of ledger.entries()) {
    assert.equal(entry.seq, index + 1);
    assert.ok(entry.timeMs >= (ledger[index - 1]?.timeMs ?? 0));
  }
});

test('wallet, positions and filled quantities follow from the fills of the ledger alone', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.boolean(), (seed, dualSide) => {
      const { exchange } = run(seed, 250, dualSide);
      checkBooks(exchange.ledger, exchange);
    }),
    { numRuns: 25 },
  );
});

function checkBooks(ledger: readonly LedgerEntry[], exchange: SimulatedExchange): void {
  let wallet = money(balance);
  const positions = new Map<string, bigint>();
  const ordered = new Map<number, bigint>();
  const filled = new Map<number, bigint>();
  for (const entry of ledger) {
    if (entry.kind === 'order_accepted') ordered.set(entry.orderId, quantity(entry.quantity));
    if (entry.kind !== 'fill') continue;
    const size = quantity(entry.quantity);
    const key = `${entry.symbol} ${entry.positionSide}`;
    const amount = (positions.get(key) ?? 0n) + (entry.side === 'BUY' ? size : -size);
    positions.set(key, amount);
    const total = (filled.get(entry.orderId) ?? 0n) + size;
    filled.set(entry.orderId, total);
    wallet = addMoney(wallet, subtractMoney(money(entry.realizedPnl), money(entry.commission)));
    assert.ok(total <= (ordered.get(entry.orderId) ?? 0n), `order ${entry.orderId} is not overfilled`);
    assert.equal(showQuantity(total as never), entry.cumulativeQuantity);
    if (entry.positionSide === 'LONG') assert.ok(amount >= 0n, 'a long position is never negative');
    if (entry.positionSide === 'SHORT') assert.ok(amount <= 0n, 'a short position is never positive');
  }
  assert.equal(exchange.account().totalWalletBalance, showMoney(wallet));
  const shown = exchange.positionRisk();
  assert.ok(shown.ok);
  for (const { symbol, positionSide, positionAmt } of shown.positions) {
    assert.equal(positionAmt, showQuantity((positions.get(`${symbol} ${positionSide}`) ?? 0n) as never));
  }
}

test('an exchange restored from its state goes on as the one that was never stopped', () => {
  const options = { seed: 21, balance };
  const whole = new SimulatedExchange(options);
  storm(whole, 21, 0, 150);
  const stored = deserialize(serialize(whole.state)) as ExchangeState;
  const before = whole.ledger.length;
  storm(whole, 22, 150, 300);
  const restored = new SimulatedExchange(options, stored);
  storm(restored, 22, 150, 300);
  assert.deepEqual(restored.ledger, whole.ledger.slice(before));
  assert.deepEqual(restored.account(), whole.account());
});

test('the generated market stays near its start and mark price near the quotes', () => {
  const exchange = new SimulatedExchange({ seed: 4 });
  for (let minute = 1; minute <= 120; minute += 1) {
    exchange.advance(minute * 60_000);
    for (const symbol of exchange.symbols) {
      const ticker = exchange.bookTicker(symbol);
      const premium = exchange.premiumIndex(symbol);
      assert.ok(ticker.ok && premium.ok);
      const [bid, ask, mark] = [
        Number(ticker.ticker.bidPrice),
        Number(ticker.ticker.askPrice),
        Number(premium.premium.markPrice),
      ];
      assert.ok(bid < ask, `${symbol} ${bid} ${ask}`);
      assert.ok(Math.abs(mark / bid - 1) < 0.02, `${symbol} mark ${mark} bid ${bid}`);
      assert.ok(Number(ticker.ticker.bidQty) > 0 && Number(ticker.ticker.askQty) > 0);
    }
  }
  const bitcoin = exchange.premiumIndex('BTCUSDT');
  assert.ok(bitcoin.ok && Math.abs(Number(bitcoin.premium.markPrice) / 50_000 - 1) < 0.2);
});

test('a long pause of the clock is skipped, not replayed', () => {
  const events: ExchangeEvent[] = [];
  const exchange = new SimulatedExchange({ seed: 1, onEvent: (event) => void events.push(event) });
  exchange.advance(30 * 24 * 3600_000);
  assert.ok(events.length < 20_000, `${events.length} events`);
  assert.equal(exchange.nowMs, 30 * 24 * 3600_000);
});

test('a listener may call the exchange again', () => {
  const placed: string[] = [];
  const exchange: SimulatedExchange = new SimulatedExchange({
    seed: 1,
    onEvent: (event) => {
      if (event.e !== 'ORDER_TRADE_UPDATE' || event.o.X !== 'FILLED' || placed.length > 0) return;
      placed.push(event.o.c);
      const result = exchange.placeAlgoOrder(
        {
          algoType: 'CONDITIONAL',
          symbol: 'BTCUSDT',
          side: 'SELL',
          positionSide: 'LONG',
          type: 'STOP_MARKET',
          quantity: event.o.z,
          triggerPrice: '45000',
        },
        2,
      );
      assert.ok(result.ok);
    },
  });
  exchange.placeOrder(
    { symbol: 'BTCUSDT', side: 'BUY', positionSide: 'LONG', type: 'MARKET', quantity: '0.01' },
    1,
  );
  assert.equal(placed.length, 1);
  const open = exchange.openAlgoOrders();
  assert.ok(open.ok && open.algos.length === 1);
});

test('ended orders and trades are forgotten in the end, the newest are not', () => {
  const exchange = new SimulatedExchange({ seed: 1, balance: '1000000000', onLedger: () => undefined });
  const order = { symbol: 'BTCUSDT', positionSide: 'LONG', type: 'MARKET', quantity: '0.002' };
  for (let i = 0; i < 11_000; i += 1) {
    exchange.placeOrder({ ...order, side: i % 2 === 0 ? 'BUY' : 'SELL', newClientOrderId: `id-${i}` }, i);
  }
  assert.equal(exchange.state.history.orders.byId.size, 10_000);
  assert.equal(exchange.state.history.orders.byClientId.size, 10_000);
  const oldest = exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId: 'id-0' });
  assert.ok(!oldest.ok && oldest.code === -2013);
  assert.ok(exchange.queryOrder({ symbol: 'BTCUSDT', origClientOrderId: 'id-10999' }).ok);
  const trades = exchange.userTrades({ symbol: 'BTCUSDT', limit: '1000' });
  assert.ok(trades.ok && trades.trades.length === 1000);
  const ids = trades.trades.map((trade) => trade.id);
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => a - b),
  );
});
