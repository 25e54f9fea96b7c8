/** A spot exchange in the process, with BTCUSDT pinned, its events in a list and its account in one line. */
import assert from 'node:assert/strict';
import type { SpotEvent } from '#simex/spot/events.ts';
import { SpotExchange } from '#simex/spot/exchange.ts';
import type { Answer } from '#simex/spot/queries.ts';
import type { SpotLedgerEntry } from '#simex/spot/types.ts';

type Parameters = Readonly<Record<string, string | undefined>>;
type Row = Readonly<Record<string, unknown>>;

export const limit: Parameters = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.01',
  price: '49000',
};
export const market: Parameters = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.002' };
/** Sells at a profit or at a loss, whatever comes first. */
export const oco: Parameters = {
  symbol: 'BTCUSDT',
  side: 'SELL',
  quantity: '0.01',
  aboveType: 'LIMIT_MAKER',
  abovePrice: '51000',
  belowType: 'STOP_LOSS',
  belowStopPrice: '49000',
  aboveClientOrderId: 'profit',
  belowClientOrderId: 'loss',
};

export class SpotScene {
  readonly exchange: SpotExchange;
  readonly events: SpotEvent[] = [];
  readonly #ledger: SpotLedgerEntry[] = [];
  #nowMs = 1000;

  constructor(balances: Readonly<Record<string, string>> = { USDT: '10000', BTC: '1' }) {
    this.exchange = new SpotExchange({
      seed: 1,
      balances,
      onEvent: (event) => void this.events.push(event),
      onLedger: (entry) => void this.#ledger.push(entry),
    });
    this.price('50000');
    this.events.length = 0;
  }

  get ledger(): readonly SpotLedgerEntry[] {
    return this.#ledger;
  }

  get nowMs(): number {
    this.#nowMs += 1;
    return this.#nowMs;
  }

  price(last: string): void {
    assert.deepEqual(this.exchange.setPrice('BTCUSDT', last, this.nowMs), { ok: true });
  }

  place(parameters: Parameters): Row {
    return accepted(this.exchange.placeOrder(parameters, this.nowMs));
  }

  list(kind: 'oco' | 'legacy-oco' | 'oto' | 'otoco', parameters: Parameters): Row {
    return accepted(this.exchange.placeList(kind, parameters, this.nowMs));
  }

  cancel(parameters: Parameters): Row {
    return accepted(this.exchange.cancelOrder({ symbol: 'BTCUSDT', ...parameters }, this.nowMs));
  }

  order(origClientOrderId: string): Row {
    return accepted(this.exchange.ask.order({ symbol: 'BTCUSDT', origClientOrderId }));
  }

  statuses(...ids: readonly string[]): readonly unknown[] {
    return ids.map((id) => this.order(id)['status']);
  }

  /** Free and locked. */
  balance(asset: string): readonly string[] {
    const { balances } = accepted(this.exchange.ask.account({})) as unknown as {
      balances: readonly { readonly asset: string; readonly free: string; readonly locked: string }[];
    };
    const found = balances.find((one) => one.asset === asset);
    return [plain(found?.free ?? '0'), plain(found?.locked ?? '0')];
  }

  /** What the user stream has told: of orders the execution type and status, else the type of the event. */
  told(): readonly string[] {
    const lines = this.events.flatMap((event) => {
      if (event.e === 'bookTicker') return [];
      if (event.e === 'executionReport') return [`${event.c} ${event.x} ${event.X}`];
      if (event.e === 'listStatus') return [`list ${event.l} ${event.L}`];
      return [event.e];
    });
    this.events.length = 0;
    return lines;
  }

  static refusal(answer: Answer): readonly [number, string] {
    assert.ok(!answer.ok, 'it is refused');
    return [answer.code, answer.msg];
  }

  refused(parameters: Parameters): readonly [number, string] {
    return SpotScene.refusal(this.exchange.placeOrder(parameters, this.nowMs));
  }
}

export function accepted(answer: Answer): Row {
  if (!answer.ok) throw new Error(`${answer.code} ${answer.msg}`);
  return answer.body as Row;
}

/** Without the zeros at the end. */
const plain = (text: string): string => text.replace(/\.?0+$/, '');
