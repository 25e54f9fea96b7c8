// Goal: whoever keeps a book by the documented procedure, snapshot and changes, has the exchange's book.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changedLevels, joinLevels } from '#simex/market/depth.ts';
import { Feed } from '#simex/market/feed.ts';
import type { Level } from '#simex/market/market.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';
import { depthAnswer } from '#simex/usdm/market-data.ts';
import { marketStream } from '#simex/usdm/market-streams.ts';
import { listingOf } from '#simex/usdm/state.ts';

const levels = fc
  .uniqueArray(fc.record({ price: fc.bigInt(1n, 40n), quantity: fc.bigInt(1n, 9n) }), {
    selector: ({ price }) => price,
    maxLength: 12,
  })
  .map((all) => all.sort((a, b) => (a.price < b.price ? 1 : -1)) as unknown as Level[]);

const asMap = (all: readonly Level[]) => new Map(all.map(({ price, quantity }) => [price, quantity]));

test('changes applied to the levels before are the levels after', () => {
  fc.assert(
    fc.property(levels, levels, (before, after) => {
      const book = asMap(before);
      for (const { price, quantity } of changedLevels(before, after)) {
        if (quantity === 0n) assert.ok(book.delete(price), 'only what is there is taken away');
        else book.set(price, quantity);
      }
      assert.deepEqual(book, asMap(after));
    }),
  );
});

test('levels of two books are joined best first, equal prices as one', () => {
  fc.assert(
    fc.property(levels, levels, (one, other) => {
      const joined = joinLevels(one, other, (a, b) => a > b);
      const sums = asMap(one);
      for (const { price, quantity } of other) {
        sums.set(price, ((sums.get(price) ?? 0n) + quantity) as never);
      }
      assert.deepEqual(asMap(joined), sums);
      assert.deepEqual(
        joined.map(({ price }) => price),
        [...sums.keys()].sort((a, b) => (a < b ? 1 : -1)),
      );
    }),
  );
});

interface DepthEvent {
  readonly U: number;
  readonly u: number;
  readonly pu: number;
  readonly b: readonly (readonly [string, string])[];
  readonly a: readonly (readonly [string, string])[];
}

test('a book kept by the documented procedure is the next snapshot, with own orders coming and going', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.constantFrom('btcusdt@depth@100ms', 'btcusdt@depth', 'btcusdt@depth@500ms'),
      fc.integer({ min: 1, max: 25 }),
      fc.integer({ min: -5, max: 0 }),
      (seed, name, snapshotAt, listenFrom) => {
        const exchange = new SimulatedExchange({ seed });
        const events: DepthEvent[] = [];
        const feed = new Feed({
          wanted: () => new Set([name]),
          publisherOf: (one) => marketStream(exchange.state, one),
          send: (_name, message) => events.push(message as DepthEvent),
        });
        const snapshot = () => depthAnswer(listingOf(exchange.state, 'BTCUSDT').tape, 1000, exchange.nowMs);
        let start: ReturnType<typeof snapshot> | undefined;
        for (let step = 1; step <= 51; step += 1) {
          exchange.advance(step * 200);
          if (step === snapshotAt) start = snapshot();
          if (step >= snapshotAt + listenFrom) feed.publish(step * 200);
          if (step % 7 === 3) placeNear(exchange, step * 200);
          if (step % 20 === 0) exchange.cancelAllOrders('BTCUSDT', step * 200);
        }
        const book = followed(events, start ?? snapshot());
        // The pace of the stream decides how old its last word is; at the end of a second all are up to date.
        if (name.endsWith('@100ms')) assert.deepEqual(book, sidesOf(snapshot()));
        assert.ok(events.length > 5);
      },
    ),
    { numRuns: 40 },
  );
});

function placeNear(exchange: SimulatedExchange, nowMs: number): void {
  const ticker = exchange.bookTicker('BTCUSDT');
  assert.ok(ticker.ok);
  const order = { symbol: 'BTCUSDT', side: 'BUY', positionSide: 'LONG', type: 'LIMIT', timeInForce: 'GTC' };
  exchange.placeOrder({ ...order, quantity: '0.01', price: ticker.ticker.bidPrice }, nowMs);
}

type Sides = { bids: Record<string, string>; asks: Record<string, string> };

const sidesOf = ({ bids, asks }: ReturnType<typeof depthAnswer>): Sides => ({
  bids: Object.fromEntries(bids),
  asks: Object.fromEntries(asks),
});

/** How to manage a local order book correctly, word by word. */
function followed(events: readonly DepthEvent[], snapshot: ReturnType<typeof depthAnswer>): Sides {
  const book = sidesOf(snapshot);
  const { lastUpdateId } = snapshot;
  let last: DepthEvent | undefined;
  for (const event of events) {
    if (event.u < lastUpdateId) continue;
    if (last === undefined) assert.ok(event.U <= lastUpdateId && event.u >= lastUpdateId, 'the first fits');
    else assert.equal(event.pu, last.u, 'each fits the one before');
    last = event;
    for (const [side, changes] of [
      [book.bids, event.b],
      [book.asks, event.a],
    ] as const) {
      for (const [price, quantity] of changes) {
        if (quantity === '0') delete side[price];
        else side[price] = quantity;
      }
    }
  }
  return book;
}
