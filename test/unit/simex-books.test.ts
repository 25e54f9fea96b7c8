// Goal: whatever happens on the exchange, its ledger alone explains wallet and positions, and its books add up.
// Method: seeded storms of every kind of request on a market that jumps, with little money and high leverage, so that
// positions are liquidated and funded; the books are recomputed from the ledger and from the open orders.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { money, quantity, showMoney, showQuantity } from '#core/money.ts';
import { nextBelow, type RandomState, seedRandom } from '#simex/market/random.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import type { LedgerEntry } from '#simex/usdm/ledger.ts';
import type { OrderParams } from '#simex/usdm/params.ts';
import { incomes } from '#simex/usdm/records-view.ts';
import type { ExchangeState } from '#simex/usdm/state.ts';

const BALANCE = '2000';
const STEP_MS = 400;
/** The storms begin a moment before funding is due. */
const START_MS = 8 * 3600_000 - 20_000;

class Storm {
  readonly exchange: SimulatedExchange;
  readonly #random: RandomState;
  #nowMs: number;
  #ids = 0;

  constructor(exchange: SimulatedExchange, random: RandomState) {
    this.exchange = exchange;
    this.#random = random;
    this.#nowMs = exchange.nowMs;
  }

  run(turns: number): void {
    for (let turn = 0; turn < turns; turn += 1) {
      this.#nowMs += STEP_MS;
      this.#act(this.#pick(['BTCUSDT', 'ETHUSDT']));
    }
  }

  #act(symbol: string): void {
    const { exchange } = this;
    const nowMs = this.#nowMs;
    const price = Number(this.#bid(symbol));
    const at = (share: number) => (Math.round(price * share * 10) / 10).toFixed(1);
    const positionSide = exchange.dualSide ? this.#pick(['LONG', 'SHORT']) : 'BOTH';
    const common = { symbol, side: this.#pick(['BUY', 'SELL']), positionSide };
    const sized = { ...common, quantity: ((150 + this.#below(9_000)) / price).toFixed(3) };
    const away = sized.side === 'BUY' ? 0.999 : 1.001;
    const limit: OrderParams = { ...sized, type: 'LIMIT', timeInForce: 'GTC', price: at(away) };
    const known = `storm-${this.#below(this.#ids + 1)}`;
    const actions: (() => unknown)[] = [
      () => exchange.placeOrder({ ...sized, type: 'MARKET', ...this.#named() }, nowMs),
      () => exchange.placeOrder({ ...sized, type: 'MARKET', ...this.#named() }, nowMs),
      () => exchange.placeOrder({ ...limit, ...this.#named() }, nowMs),
      () =>
        exchange.placeOrder(
          {
            ...limit,
            price: at(sized.side === 'BUY' ? 1.001 : 0.999),
            selfTradePreventionMode: this.#pick(['NONE', 'EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH']),
            timeInForce: this.#pick(['GTC', 'IOC', 'FOK', 'GTX']),
            ...this.#named(),
          },
          nowMs,
        ),
      () =>
        exchange.placeOrder(
          { ...limit, timeInForce: 'GTD', goodTillDate: String(nowMs + 602_000), ...this.#named() },
          nowMs,
        ),
      () =>
        exchange.placeOrder(
          { ...limit, ...(exchange.dualSide ? {} : { reduceOnly: 'true' }), ...this.#named() },
          nowMs,
        ),
      () =>
        exchange.modifyOrder(
          {
            symbol,
            side: sized.side,
            origClientOrderId: known,
            quantity: sized.quantity,
            price: at(this.#pick([0.998, 0.9999, 1.0001, 1.002])),
          },
          nowMs,
        ),
      () => exchange.cancelOrder({ symbol, origClientOrderId: known }, nowMs),
      () => exchange.countdownCancelAll(symbol, this.#pick(['0', '1000', '5000']), nowMs),
      () =>
        exchange.placeAlgoOrder(
          {
            ...sized,
            algoType: 'CONDITIONAL',
            type: 'STOP_MARKET',
            triggerPrice: at(sized.side === 'BUY' ? 1.002 : 0.998),
          },
          nowMs,
        ),
      () =>
        exchange.placeAlgoOrder(
          { ...sized, algoType: 'CONDITIONAL', type: 'TRAILING_STOP_MARKET', callbackRate: '0.2' },
          nowMs,
        ),
      () =>
        exchange.placeAlgoOrder(
          {
            ...common,
            algoType: 'CONDITIONAL',
            type: 'STOP_MARKET',
            closePosition: 'true',
            triggerPrice: at(sized.side === 'BUY' ? 1.004 : 0.996),
          },
          nowMs,
        ),
      () => exchange.setLeverage(symbol, this.#pick(['10', '50', '100']), nowMs),
      () => exchange.setMarginType(symbol, this.#pick(['ISOLATED', 'CROSSED']), nowMs),
      () =>
        exchange.movePositionMargin(
          { symbol, positionSide, amount: '3', type: this.#pick(['1', '2']) },
          nowMs,
        ),
      () => exchange.advance(nowMs),
      () => exchange.advance(nowMs),
      () => exchange.setPrice(symbol, at(this.#pick([0.99, 0.995, 1.005, 1.01])), nowMs),
      () => exchange.releasePrice(symbol, nowMs),
      () => this.#pause(this.#pick([1_000, 1_000, 5_000, 20_000, 650_000])),
    ];
    this.#pick(actions)();
  }

  #pause(pauseMs: number): void {
    this.#nowMs += pauseMs;
    this.exchange.advance(this.#nowMs);
  }

  #named() {
    this.#ids += 1;
    return { newClientOrderId: `storm-${this.#ids}` };
  }

  #bid(symbol: string): string {
    const ticker = this.exchange.bookTicker(symbol);
    assert.ok(ticker.ok);
    return ticker.ticker.bidPrice;
  }

  #below = (bound: number): number => nextBelow(this.#random, bound);
  #pick = <T>(choices: readonly T[]): T => choices[this.#below(choices.length)] as T;
}

const options = (seed: number, dualSide: boolean) => ({
  seed,
  dualSide,
  balance: BALANCE,
  startMs: START_MS,
});

function storm(seed: number, dualSide: boolean, turns: number): SimulatedExchange {
  const exchange = new SimulatedExchange(options(seed, dualSide));
  new Storm(exchange, seedRandom(seed, 'storm')).run(turns);
  return exchange;
}

/** Enough seeds that each kind is there; the same ones every time. */
const STORMS = 40;

test('the ledger alone explains wallet and positions, and the books add up', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.boolean(), (seed, dualSide) => {
      const exchange = storm(seed, dualSide, 400);
      checkLedger(exchange);
      checkBooks(exchange);
    }),
    { numRuns: 25 },
  );
});

test('the storms have everything in them that can befall an account', () => {
  const seen = new Set<LedgerEntry['kind']>();
  for (let seed = 1; seed <= STORMS; seed += 1) {
    for (const { kind } of storm(seed, seed % 2 === 0, 400).ledger) seen.add(kind);
  }
  const wanted = [
    'liquidation',
    'funding',
    'margin_call',
    'margin_moved',
    'order_amended',
    'order_expired',
    'algo_rejected',
  ] as const;
  for (const kind of wanted) assert.ok(seen.has(kind), `no storm had a ${kind}`);
});

function checkLedger(exchange: SimulatedExchange): void {
  let wallet: bigint = money(BALANCE);
  const positions = new Map<string, bigint>();
  const ordered = new Map<number, bigint>();
  const filled = new Map<number, bigint>();
  for (const entry of exchange.ledger) {
    if (entry.kind === 'order_accepted' || entry.kind === 'order_amended') {
      ordered.set(entry.orderId, quantity(entry.quantity));
    }
    if (entry.kind === 'funding') wallet += money(entry.amount);
    if (entry.kind === 'liquidation') wallet += money(entry.insurance);
    if (entry.kind === 'funding' || entry.kind === 'liquidation') {
      assert.equal(entry.walletBalance, showMoney(wallet as never), entry.kind);
    }
    if (entry.kind !== 'fill') continue;
    wallet += money(entry.realizedPnl) - money(entry.commission);
    const size = quantity(entry.quantity);
    const key = `${entry.symbol} ${entry.positionSide}`;
    positions.set(key, (positions.get(key) ?? 0n) + (entry.side === 'BUY' ? size : -size));
    const total = (filled.get(entry.orderId) ?? 0n) + size;
    filled.set(entry.orderId, total);
    assert.ok(total <= (ordered.get(entry.orderId) ?? 0n), `order ${entry.orderId} is overfilled`);
    assert.equal(entry.cumulativeQuantity, showQuantity(total as never));
  }
  assert.equal(exchange.account().totalWalletBalance, showMoney(wallet as never));
  assert.ok(wallet >= 0n, 'the insurance fund makes good what a liquidation lost');
  const listed = incomes(exchange.state, { limit: '1000', startTime: '1' });
  assert.ok(listed.ok);
  if (listed.rows.length < 1000) {
    const sum = listed.rows.reduce((total, { income }) => total + money(income), money(BALANCE) as bigint);
    assert.equal(sum, wallet, 'so does the income history');
  }
  for (const { symbol, positionSide, amount } of exchange.state.account.positions.values()) {
    assert.equal(amount, positions.get(`${symbol} ${positionSide}`) ?? 0n, `${symbol} ${positionSide}`);
  }
}

function checkBooks({ state }: SimulatedExchange): void {
  let reserved = 0n;
  for (const { book, algos } of state.listings.values()) {
    for (const [side, orders] of [
      ['BUY', book.bids],
      ['SELL', book.asks],
    ] as const) {
      for (const [index, order] of orders.entries()) {
        assert.ok(order.status === 'NEW' || order.status === 'PARTIALLY_FILLED', order.status);
        assert.equal(order.side, side);
        assert.ok(order.executed < order.quantity);
        reserved += order.reserved;
        const better = orders[index - 1]?.price ?? order.price;
        assert.ok(side === 'BUY' ? better >= order.price : better <= order.price, 'by price');
      }
    }
    for (const algo of algos) assert.equal(algo.status, 'NEW');
  }
  assert.equal(state.account.reserved, reserved);
  for (const position of state.account.positions.values()) {
    assert.ok(position.entryCost >= 0n);
    const isolated = state.account.isolated.has(position.symbol);
    if (position.amount === 0n || !isolated) assert.equal(position.isolatedWallet, 0n);
    if (position.amount === 0n) assert.equal(position.entryCost, 0n);
  }
}

test('the same storm leaves the same ledger, also through a stored state', () => {
  for (const dualSide of [true, false]) {
    const whole = storm(77, dualSide, 600);
    assert.deepEqual(storm(77, dualSide, 600).ledger, whole.ledger);

    const first = storm(77, dualSide, 300);
    const stored = deserialize(serialize(first.state)) as ExchangeState;
    const restored = new SimulatedExchange(options(77, dualSide), stored);
    new Storm(first, seedRandom(78, 'storm')).run(300);
    new Storm(restored, seedRandom(78, 'storm')).run(300);
    assert.deepEqual(restored.ledger, first.ledger.slice(-restored.ledger.length));
    assert.ok(restored.ledger.length > 100);
    assert.deepEqual(restored.account(), first.account());
  }
});
