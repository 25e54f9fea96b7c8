/** The simulator's own endpoints under /sim: faults, disconnections, scripted prices, state and the ledger. */
import { z } from 'zod';
import type { Faults } from '../faults/faults.ts';
import { FAULTS_MAX, faultMix, faultSchema } from '../faults/faults.ts';
import type { DurableSpot } from '../spot/durable.ts';
import type { Store } from '../storage/store.ts';
import type { DurableUsdm } from '../usdm/durable.ts';
import type { ApiRestrictions } from '../usdm/restrictions.ts';
import { tradingKey } from '../usdm/restrictions.ts';
import type { StreamRoute } from './stream-names.ts';

interface ControlOptions {
  readonly exchange: DurableUsdm;
  readonly store: Store;
  readonly spot: DurableSpot;
  readonly spotStore: Store;
  readonly faults: Faults;
  readonly clock: () => number;
  /** Ends the stream connections of a route. */
  readonly cut: (route: StreamRoute) => void;
}

interface ControlRequest {
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly contentType: string;
  readonly rawBody: string;
}

interface ControlAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

const faultsBody = z.union([
  z.strictObject({ faults: z.array(faultSchema).min(1).max(FAULTS_MAX), seed: z.int().optional() }),
  z.strictObject({ mix: z.strictObject({ seed: z.int(), probability: z.number().min(0).max(1) }) }),
]);
const decimal = z.string().regex(/^\d{1,20}(\.\d{1,10})?$/);
const priceBody = z.strictObject({
  symbol: z.string().max(20),
  /** null lets the market move again. */
  price: decimal.nullable(),
  markPrice: decimal.optional(),
});
/** What the API key may do; what is left out stays as it is. */
const permissionsBody = z
  .strictObject(
    Object.fromEntries(Object.keys(tradingKey).map((name) => [name, z.boolean()])) as Record<
      keyof ApiRestrictions,
      z.ZodBoolean
    >,
  )
  .partial();
const transferBody = z.strictObject({
  asset: z.string().min(1).max(20),
  /** What comes in; negative for what goes out. */
  amount: z.string().regex(/^-?\d{1,20}(\.\d{1,8})?$/),
});
const disconnectBody = z.strictObject({ route: z.enum(['public', 'market', 'private', 'spot']) });
const LEDGER_LIMIT_DEFAULT = 1000;
const LEDGER_LIMIT_MAX = 10_000;

const answer = (status: number, body: unknown): ControlAnswer => ({ status, body: JSON.stringify(body) });
const failure = (status: number, error: string, detail?: unknown): ControlAnswer =>
  answer(status, { error, ...(detail === undefined ? {} : { detail }) });

export class Control {
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  handle(request: ControlRequest): ControlAnswer {
    const { method, path } = request;
    // A web page cannot send this type to another origin without asking first.
    if (method === 'POST' && !request.contentType.startsWith('application/json')) {
      return failure(415, 'content-type must be application/json');
    }
    const query = new URLSearchParams(request.rawQuery);
    switch (`${method} ${path}`) {
      case 'GET /sim/faults':
        return answer(200, { faults: this.#options.faults.list() });
      case 'POST /sim/faults':
        return withBody(request.rawBody, faultsBody, (body) => this.#addFaults(body));
      case 'DELETE /sim/faults':
        this.#options.faults.clear();
        return answer(200, { faults: [] });
      case 'POST /sim/price':
        return withBody(request.rawBody, priceBody, (body) => this.#setPrice(body));
      case 'POST /sim/permissions':
        return withBody(request.rawBody, permissionsBody, (body) => this.#setPermissions(body));
      case 'POST /sim/disconnect':
        return withBody(request.rawBody, disconnectBody, ({ route }) => {
          this.#options.cut(route);
          return answer(200, { route });
        });
      case 'POST /sim/transfer':
        return withBody(request.rawBody, transferBody, (body) => this.#transfer(body));
      case 'GET /sim/state':
        return isSpot(query) ? this.#spotState() : this.#state();
      case 'GET /sim/ledger':
        return this.#ledger(query);
      default:
        return failure(404, `no ${method} ${path}`);
    }
  }

  #addFaults(body: z.infer<typeof faultsBody>): ControlAnswer {
    const { faults } = this.#options;
    const seed = 'mix' in body ? body.mix.seed : body.seed;
    if (seed !== undefined) faults.reseed(seed);
    const ids = faults.add('mix' in body ? faultMix(body.mix.probability) : body.faults);
    return ids === undefined ? failure(409, `more than ${FAULTS_MAX} faults`) : answer(200, { ids });
  }

  #setPrice({ symbol, price, markPrice }: z.infer<typeof priceBody>): ControlAnswer {
    const { exchange, spot, clock } = this.#options;
    const nowMs = clock();
    const result =
      price === null
        ? exchange.call('releasePrice', symbol, nowMs)
        : exchange.call('setPrice', symbol, price, nowMs, markPrice ?? price);
    if (!result.ok) return answer(400, { error: result.msg, code: result.code });
    // It is one market, wherever the symbol trades.
    if (price === null) spot.call('releasePrice', symbol, nowMs);
    else spot.call('setPrice', symbol, price, nowMs);
    return answer(200, { symbol, price });
  }

  #transfer({ asset, amount }: z.infer<typeof transferBody>): ControlAnswer {
    const { spot, clock } = this.#options;
    const result = spot.call('transfer', asset, amount, clock());
    return result.ok ? answer(200, { asset, amount }) : answer(400, { error: result.msg, code: result.code });
  }

  #spotState(): ControlAnswer {
    const { spot, spotStore, faults } = this.#options;
    const { ask, nowMs } = spot.view;
    const account = ask.account({});
    const orders = ask.openOrders({});
    const lists = ask.openLists();
    if (!account.ok || !orders.ok || !lists.ok) throw new Error('a question without a symbol was refused');
    return answer(200, {
      nowMs,
      ledgerLength: spotStore.ledgerLength(),
      account: account.body,
      openOrders: orders.body,
      openOrderLists: lists.body,
      faults: faults.list(),
    });
  }

  #setPermissions(body: z.infer<typeof permissionsBody>): ControlAnswer {
    const { exchange, clock } = this.#options;
    exchange.call('setApiRestrictions', given(body), clock());
    return answer(200, exchange.view.state.account.restrictions);
  }

  #state(): ControlAnswer {
    const { exchange, store, faults } = this.#options;
    const { view } = exchange;
    const orders = view.openOrders();
    const algos = view.openAlgoOrders();
    const positions = view.positionRisk();
    if (!orders.ok || !algos.ok || !positions.ok) throw new Error('a question without a symbol was refused');
    return answer(200, {
      nowMs: view.nowMs,
      dualSide: view.dualSide,
      ledgerLength: store.ledgerLength(),
      account: view.account(),
      positions: positions.positions,
      openOrders: orders.orders,
      openAlgoOrders: algos.algos,
      faults: faults.list(),
    });
  }

  #ledger(query: URLSearchParams): ControlAnswer {
    const from = Number(query.get('from') ?? '1');
    const limit = Number(query.get('limit') ?? LEDGER_LIMIT_DEFAULT);
    if (!Number.isInteger(from) || from < 1) return failure(400, 'from is a number from 1 on');
    if (!Number.isInteger(limit) || limit < 1 || limit > LEDGER_LIMIT_MAX) {
      return failure(400, `limit is a number from 1 to ${LEDGER_LIMIT_MAX}`);
    }
    const store = isSpot(query) ? this.#options.spotStore : this.#options.store;
    const entries = store.ledger(from, limit);
    const next = from + entries.length;
    return {
      status: 200,
      body: `{"entries":[${entries.join(',')}],"next":${next},"length":${store.ledgerLength()}}`,
    };
  }
}

/** Without the names that have no value. */
const given = (body: z.infer<typeof permissionsBody>): Partial<ApiRestrictions> =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
/** `venue=spot`; the futures exchange is the one that is meant without it. */
const isSpot = (query: URLSearchParams): boolean => query.get('venue') === 'spot';

function withBody<T>(rawBody: string, schema: z.ZodType<T>, act: (body: T) => ControlAnswer): ControlAnswer {
  let json: unknown;
  try {
    json = JSON.parse(rawBody);
  } catch {
    return failure(400, 'the body is not JSON');
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? act(parsed.data) : failure(400, 'the body has another form', parsed.error.issues);
}
