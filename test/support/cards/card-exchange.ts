/** An exchange as the cards see it: a plain signed client, and prices and sizes that its own rules allow right now. */
import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import type { Price, Quantity } from '#core/money.ts';
import {
  money,
  price,
  quantity,
  quantityFor,
  rate,
  roundToStep,
  scalePrice,
  showPrice,
  showQuantity,
} from '#core/money.ts';
import { type Answer, type SimexClient, StreamReader } from '../simex-client.ts';
import { until } from '../until.ts';

export const SYMBOL = 'BTCUSDT';

export type Parameters = Record<string, string | number>;

const OPEN_WITHIN_MS = 10_000;
const EVENT_WITHIN_MS = 10_000;

export class CardExchange {
  readonly client: SimexClient;
  readonly #streamUrl: string;
  readonly #run: string;
  readonly #sockets: WebSocket[] = [];
  #ids = 0;

  /** @param run makes the client ids of one run differ from those of another */
  constructor(client: SimexClient, streamUrl: string, run: string) {
    this.client = client;
    this.#streamUrl = streamUrl;
    this.#run = run;
  }

  get(path: string, parameters: Parameters = {}): Promise<Answer> {
    return this.client.signed('GET', path, parameters);
  }

  order(parameters: Parameters): Promise<Answer> {
    return this.client.signed('POST', '/fapi/v1/order', { symbol: SYMBOL, ...parameters });
  }

  /** A market order that must be taken; answers its final state. */
  async market(side: 'BUY' | 'SELL', size: string, parameters: Parameters = {}): Promise<Answer['body']> {
    return taken(
      await this.order({ side, type: 'MARKET', quantity: size, newOrderRespType: 'RESULT', ...parameters }),
    );
  }

  /** A buy order that rests: 3 % under the market, unless told otherwise. */
  async resting(parameters: Parameters = {}): Promise<Answer['body']> {
    return taken(await this.order(await this.limit('BUY', '0.97', parameters)));
  }

  /** The parameters of a limit order at a share of the mark price. */
  async limit(side: 'BUY' | 'SELL', share: string, parameters: Parameters = {}): Promise<Parameters> {
    const at = await this.priceAt(share);
    return { side, type: 'LIMIT', timeInForce: 'GTC', quantity: await this.size(), price: at, ...parameters };
  }

  cancel(orderId: number): Promise<Answer> {
    return this.client.signed('DELETE', '/fapi/v1/order', { symbol: SYMBOL, orderId });
  }

  algo(parameters: Parameters): Promise<Answer> {
    return this.client.signed('POST', '/fapi/v1/algoOrder', {
      algoType: 'CONDITIONAL',
      symbol: SYMBOL,
      ...parameters,
    });
  }

  /** A stop that waits: to sell 3 % under the market, unless told otherwise. */
  async waiting(parameters: Parameters = {}): Promise<Answer['body']> {
    const triggerPrice = await this.priceAt('0.97');
    const size = 'closePosition' in parameters ? {} : { quantity: await this.size() };
    return taken(
      await this.algo({ side: 'SELL', type: 'STOP_MARKET', triggerPrice, ...size, ...parameters }),
    );
  }

  async positionAmount(): Promise<string> {
    const { body } = await this.get('/fapi/v3/positionRisk', { symbol: SYMBOL });
    return (
      body.find(({ positionAmt }: { positionAmt: string }) => Number(positionAmt) !== 0)?.positionAmt ?? '0'
    );
  }

  setDualSide(dualSidePosition: 'true' | 'false'): Promise<Answer> {
    return this.client.signed('POST', '/fapi/v1/positionSide/dual', { dualSidePosition });
  }

  /** A client id that this account has not had. */
  newId(): string {
    this.#ids += 1;
    return `card-${this.#run}-${this.#ids}`;
  }

  /** One field of one filter of the symbol. */
  async filter(type: string, field: string): Promise<string> {
    const { symbols } = (await this.client.raw('GET', '/fapi/v1/exchangeInfo')).body;
    const { filters } = symbols.find(({ symbol }: { symbol: string }) => symbol === SYMBOL);
    return filters.find(({ filterType }: { filterType: string }) => filterType === type)[field];
  }

  async mark(): Promise<Price> {
    return price((await this.client.raw('GET', `/fapi/v1/premiumIndex?symbol=${SYMBOL}`)).body.markPrice);
  }

  /** A share of the mark price, on a tick. */
  async priceAt(share: string): Promise<string> {
    const tick = price(await this.filter('PRICE_FILTER', 'tickSize'));
    return showPrice(roundToStep(scalePrice(await this.mark(), rate(share), 'down'), tick, 'down'));
  }

  /** A quantity worth some times the least that is taken. */
  async size(times = 2n): Promise<string> {
    const least = money(await this.filter('MIN_NOTIONAL', 'notional'));
    const step = quantity(await this.filter('LOT_SIZE', 'stepSize'));
    const enough = quantityFor(least, await this.mark(), 'up');
    return showQuantity(roundToStep((enough * times) as Quantity, step, 'up'));
  }

  /** The user data stream. */
  async userStream(): Promise<StreamReader> {
    return this.stream(`/private/ws?listenKey=${await this.client.listenKey()}`);
  }

  async stream(path: string): Promise<StreamReader> {
    const socket = new WebSocket(`${this.#streamUrl}${path}`, { handshakeTimeout: OPEN_WITHIN_MS });
    this.#sockets.push(socket);
    const reader = new StreamReader(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return reader;
  }

  /** A flat account in one-way mode, without orders in either book. */
  async clear(): Promise<void> {
    await this.client.signed('DELETE', '/fapi/v1/allOpenOrders', { symbol: SYMBOL });
    await this.client.signed('DELETE', '/fapi/v1/algoOpenOrders', { symbol: SYMBOL });
    const { body } = await this.get('/fapi/v3/positionRisk', { symbol: SYMBOL });
    for (const { positionAmt, positionSide } of body) {
      if (Number(positionAmt) === 0) continue;
      const side = positionAmt.startsWith('-') ? 'BUY' : 'SELL';
      await this.market(side, positionAmt.replace('-', ''), { positionSide });
    }
    await this.setDualSide('false');
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }
}

/** A simulated exchange also does as it is told. */
export class SimulatedCardExchange extends CardExchange {
  async setPrice(last: string, markPrice: string = last): Promise<void> {
    const { status } = await this.client.control('POST', '/sim/price', {
      symbol: SYMBOL,
      price: last,
      markPrice,
    });
    assert.equal(status, 200);
  }
}

/** The body of an answer that must be a success. */
export function taken({ status, body }: Answer): Answer['body'] {
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

/** Status and error code of an answer. */
export async function refused(code: number, answer: Promise<Answer> | Answer, status = 400): Promise<void> {
  const { status: found, body } = await answer;
  assert.deepEqual([found, body.code], [status, code], JSON.stringify(body));
}

// biome-ignore lint/suspicious/noExplicitAny: events of every form
type Event = any;

/** The events of one kind that a stream has brought, once there are so many. */
export const events = (reader: StreamReader, kind: string, count: number): Promise<Event[]> =>
  until(
    `${count} of ${kind}`,
    () => {
      const found = reader.messages.filter(({ e }) => e === kind);
      return found.length >= count ? found : undefined;
    },
    EVENT_WITHIN_MS,
  );
