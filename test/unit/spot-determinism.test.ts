// Goal: the spot exchange is a function of its seed and its calls, its state is plain data, and it sees the futures' market.
// Method: a random mix of orders and lists on a moving market, run twice, and once more through storage in the middle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { money, notional, price, quantity } from '#core/money.ts';
import { SpotExchange } from '#simex/spot/exchange.ts';
import type { SpotState } from '#simex/spot/state.ts';
import type { SpotLedgerEntry } from '#simex/spot/types.ts';
import { SimulatedExchange } from '#simex/usdm/exchange.ts';

const STEP_MS = 200;
const steps = 120;

/** The calls of one step: what they are depends on the step and the seed alone. */
function act(exchange: SpotExchange, step: number, seed: number): void {
  const nowMs = step * STEP_MS;
  exchange.advance(nowMs);
  const side = (step * 7 + seed) % 2 === 0 ? 'BUY' : 'SELL';
  const { market } = exchange.state.listings.get('ETHUSDT') ?? {};
  if (market === undefined) throw new Error('ETHUSDT is not listed');
  const cents = (offset: number): string => {
    const at = market.last / 100_000_000n + BigInt(offset);
    return `${at / 100n}.${String(at % 100n).padStart(2, '0')}`;
  };
  const up = side === 'BUY' ? -1 : 1;
  const common = { symbol: 'ETHUSDT', side, quantity: '0.1' };
  switch ((step + seed) % 5) {
    case 0:
      exchange.placeOrder({ ...common, type: 'MARKET' }, nowMs);
      break;
    case 1:
      exchange.placeOrder({ ...common, type: 'LIMIT', timeInForce: 'GTC', price: cents(up * 20) }, nowMs);
      break;
    case 2: {
      const profit = { Type: 'LIMIT_MAKER', Price: cents(up * 60) };
      const loss = { Type: 'STOP_LOSS', StopPrice: cents(up * -60) };
      const legs = side === 'SELL' ? { above: profit, below: loss } : { above: loss, below: profit };
      const named = Object.entries(legs).flatMap(([where, leg]) =>
        Object.entries(leg).map(([field, value]) => [`${where}${field}`, value]),
      );
      exchange.placeList('oco', { ...common, ...Object.fromEntries(named) }, nowMs);
      break;
    }
    case 3:
      exchange.placeOrder({ ...common, type: 'STOP_LOSS', trailingDelta: '10' }, nowMs);
      break;
    default:
      if (step % 20 === 4) exchange.cancelAllOrders({ symbol: 'ETHUSDT' }, nowMs);
  }
}

function run(seed: number, storedAt?: number): readonly SpotLedgerEntry[] {
  const ledger: SpotLedgerEntry[] = [];
  const options = { seed, onLedger: (entry: SpotLedgerEntry) => void ledger.push(entry) };
  let exchange = new SpotExchange(options);
  for (let step = 1; step <= steps; step += 1) {
    if (step === storedAt)
      exchange = new SpotExchange(options, deserialize(serialize(exchange.state)) as SpotState);
    act(exchange, step, seed);
    checkAccount(exchange.state);
  }
  return ledger;
}

/** Nothing is negative, and what is locked is what the open orders have reserved. */
function checkAccount({ account, listings }: SpotState): void {
  const reserves = new Set(
    [...listings.values()].flatMap(({ open }) => [...open].map(({ reserve }) => reserve)),
  );
  for (const [asset, { free, locked }] of account.balances) {
    let reserved = 0n;
    for (const reserve of reserves) if (reserve.asset === asset) reserved += reserve.amount;
    assert.ok(free >= 0n, `${asset} is overdrawn`);
    assert.equal(locked, reserved, `what is locked of ${asset}`);
  }
}

test('the same seed and calls lead to the same ledger, through storage too, and the account always adds up', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 2, max: steps }), (seed, storedAt) => {
      const once = run(seed);
      assert.ok(new Set(once.map(({ kind }) => kind)).size > 6, 'enough happens');
      assert.deepEqual(run(seed), once);
      assert.deepEqual(run(seed, storedAt), once);
    }),
    { numRuns: 15 },
  );
});

test('the balances at the end are those at the beginning and what the fills say', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
      const balances: Record<string, bigint> = { ETH: money('10'), USDT: money('10000') };
      const told: Record<string, bigint> = { ...balances };
      const move = (asset: string, by: bigint): void => {
        balances[asset] = (balances[asset] ?? 0n) + by;
      };
      let fills = 0;
      for (const entry of run(seed)) {
        if (entry.kind === 'balance') told[entry.asset] = money(entry.free) + money(entry.locked);
        if (entry.kind !== 'fill') continue;
        fills += 1;
        const sign = entry.side === 'BUY' ? 1n : -1n;
        move('ETH', sign * money(entry.quantity));
        move('USDT', -sign * notional(price(entry.price), quantity(entry.quantity)));
        move(entry.commissionAsset, -money(entry.commission));
      }
      assert.ok(fills > 5, 'enough happens');
      assert.deepEqual(told, balances);
    }),
    { numRuns: 15 },
  );
});

test('spot and futures see one market', () => {
  const spot = new SpotExchange({ seed: 5 });
  const futures = new SimulatedExchange({ seed: 5 });
  for (let nowMs = STEP_MS; nowMs <= 600 * STEP_MS; nowMs += STEP_MS) {
    spot.advance(nowMs);
    futures.advance(nowMs);
  }
  for (const [symbol, { market }] of spot.state.listings) {
    assert.equal(market.middle, futures.state.listings.get(symbol)?.market.middle, symbol);
  }
});
