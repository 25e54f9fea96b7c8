/**
 * What the adapter adds to a request: an order through it, over HTTP and over the WebSocket API, against a bare undici
 * request that sends and gets as much, in turns against one process.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Pool } from 'undici';
import type { Micros, Symbol } from '#core/ids.ts';
import type { PlannedOrder } from '#core/order.ts';
import { Secret } from '#core/secret.ts';
import { nobody } from '#exchange/binance/observer.ts';
import { BinanceUsdm } from '#exchange/binance/usdm/usdm.ts';
import { atMost, type Figures, percentile, plain } from './figure.ts';

const ROUNDS = 7;
const WARM_UP = 2_000;
const ORDERS = 4_000;
const CONCURRENCY = 8;
const AIM_RATIO = 1.5;

const order = {
  clientOrderId: 'te-aaaaaaaaaaaaaaaaaaaa-el1',
  book: 'regular',
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'MARKET',
  quantity: '0.01',
  reduceOnly: false,
} as PlannedOrder;

/** As long as what the adapter sends. */
const BODY = new URLSearchParams({
  symbol: 'BTCUSDT',
  side: 'BUY',
  positionSide: 'LONG',
  type: 'MARKET',
  quantity: '0.01',
  newClientOrderId: order.clientOrderId,
  newOrderRespType: 'RESULT',
  recvWindow: '2000',
  timestamp: '1700000000000',
  signature: '0'.repeat(64),
}).toString();

type Place = () => Promise<unknown>;

export async function adapter(): Promise<Figures> {
  const child = fork(new URL('./order-server.ts', import.meta.url), [], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout === null) throw new Error('the exchange has no output');
  const [line] = await once(child.stdout, 'data');
  const { port } = JSON.parse(String(line)) as { port: number };
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 16 });
  const overHttp = gateway(port);
  const overSocket = await socketGateway(port);
  const ways: Readonly<Record<'bare' | 'http' | 'socket', Place>> = {
    bare: () => bare(pool),
    http: () => place(overHttp),
    socket: () => place(overSocket),
  };
  try {
    const rounds: Record<keyof typeof ways, number>[] = [];
    for (let round = -1; round < ROUNDS; round += 1) {
      const count = round < 0 ? WARM_UP : ORDERS;
      const taken = {
        bare: await millisecondsFor(ways.bare, count),
        http: await millisecondsFor(ways.http, count),
        socket: await millisecondsFor(ways.socket, count),
      };
      if (round >= 0) rounds.push(taken);
    }
    const median = (of: (round: (typeof rounds)[number]) => number): number =>
      percentile(
        rounds.map(of).sort((a, b) => a - b),
        0.5,
      );
    return {
      'bare undici request': plain((median(({ bare: ms }) => ms) * 1_000) / ORDERS, 'us'),
      'order over HTTP, ratio to bare': atMost(
        median(({ http, bare: ms }) => http / ms),
        AIM_RATIO,
        '',
      ),
      'order over the WebSocket API, ratio to bare': plain(
        median(({ socket, bare: ms }) => socket / ms),
        '',
      ),
      ...(await latencies(ways)),
    };
  } finally {
    await Promise.all([overHttp.close(), overSocket.close(), pool.close()]);
    child.disconnect();
  }
}

/** One at a time. */
async function latencies(ways: Readonly<Record<string, Place>>): Promise<Figures> {
  const figures: Record<string, Figures[string]> = {};
  for (const [name, run] of Object.entries(ways)) {
    const taken: number[] = [];
    for (let sent = 0; sent < ORDERS; sent += 1) {
      const startedAt = performance.now();
      await run();
      taken.push((performance.now() - startedAt) * 1_000);
    }
    taken.sort((a, b) => a - b);
    figures[`one at a time, ${name}, p50`] = plain(percentile(taken, 0.5), 'us');
    figures[`one at a time, ${name}, p99`] = plain(percentile(taken, 0.99), 'us');
  }
  return figures;
}

async function millisecondsFor(run: Place, count: number): Promise<number> {
  let left = count;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await run();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return performance.now() - startedAt;
}

async function bare(pool: Pool): Promise<void> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/fapi/v1/order',
    headers: { 'X-MBX-APIKEY': 'key', 'Content-Type': 'application/x-www-form-urlencoded' },
    body: BODY,
  });
  await body.json();
  if (statusCode !== 200) throw new Error(`status ${statusCode}`);
}

async function place(exchange: BinanceUsdm): Promise<void> {
  const { outcome } = await exchange.submit(order);
  if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
}

const gateway = (port: number, onConnected?: () => void): BinanceUsdm =>
  new BinanceUsdm({
    restUrl: `http://127.0.0.1:${port}`,
    streamUrl: `ws://127.0.0.1:${port}`,
    orderUrl: onConnected === undefined ? undefined : `ws://127.0.0.1:${port}/ws-fapi/v1`,
    apiKey: new Secret('bench-key'),
    apiSecret: new Secret('bench-secret'),
    symbols: ['BTCUSDT' as Symbol],
    account: { positionMode: 'hedge' },
    recvWindowMs: 2_000,
    clock: { nowMicros: () => Math.round((performance.timeOrigin + performance.now()) * 1_000) as Micros },
    onProblem: (code, detail) => console.error(code, detail),
    observer: { ...nobody, onStream: (stream) => stream === 'orders' && onConnected?.() },
  });

async function socketGateway(port: number): Promise<BinanceUsdm> {
  const connected = Promise.withResolvers<void>();
  const exchange = gateway(port, connected.resolve);
  const opened = await exchange.open(() => {});
  if (opened.kind === 'failed') throw new Error(opened.cause);
  await connected.promise;
  return exchange;
}
