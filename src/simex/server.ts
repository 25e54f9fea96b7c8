/** Starts the simulated exchange as a server: the pure core behind REST, streams and the control endpoints. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { configuredKeys } from './configured-keys.ts';
import { Faults } from './faults/faults.ts';
import { Feed } from './market/feed.ts';
import { MARKET_STEP_MS } from './market/market.ts';
import type { MarketDataError, MarketSource } from './market/source.ts';
import { MarketLoop } from './market-loop.ts';
import { openSpot } from './spot/durable.ts';
import { spotMethods } from './spot/methods.ts';
import { neighbourRoutes } from './spot/neighbours.ts';
import { spotRoutes } from './spot/routes.ts';
import { Store } from './storage/store.ts';
import { openUsdm } from './usdm/durable.ts';
import { marketStream } from './usdm/market-streams.ts';
import { usdmMethods } from './usdm/methods.ts';
import { usdmRoutes } from './usdm/routes.ts';
import { type ApiKey, ApiKeys } from './wire/api-keys.ts';
import { Control } from './wire/control.ts';
import { Dispatcher, type Gate } from './wire/dispatcher.ts';
import { ListenKeys } from './wire/listen-keys.ts';
import type { RateLimitOptions } from './wire/rate-limits.ts';
import { futuresLimits, RateLimits, spotLimits } from './wire/rate-limits.ts';
import { RestServer, readBody, send, splitUrl } from './wire/rest.ts';
import { SocketApi } from './wire/socket-api.ts';
import { Streams } from './wire/streams.ts';

export interface SimexOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  readonly seed: number;
  /** Where state and ledger live; without it they are in memory and end with the server. */
  readonly dataDir?: string;
  /** By name; without it the default key. */
  readonly keys?: ReadonlyMap<string, ApiKey>;
  /** Hedge mode of a new account; a stored one keeps its own. */
  readonly dualSide?: boolean;
  /** Wallet balance of a new account, in USDT. */
  readonly balance?: string;
  /** The published ones unless told. */
  readonly futuresLimits?: RateLimitOptions;
  readonly spotLimits?: RateLimitOptions;
  /** Where prices come from; without it they are generated from the seed. */
  readonly market?: MarketSource;
}

export interface Simex {
  readonly url: string;
  readonly port: number;
  /** Resolves if the source of prices fails; the market then holds the last ones. */
  readonly marketFailed: Promise<MarketDataError>;
  close(): Promise<void>;
}

const defaultHost = '127.0.0.1';
const TEND_EVERY_MS = 1000;
/** Longer than a client keeps a connection without use, so that it is never closed under a request. */
const KEEP_ALIVE_MS = 60_000;

export async function startSimex(options: SimexOptions): Promise<Simex> {
  const clock = Date.now;
  const startedMs = clock();
  const host = options.host ?? defaultHost;
  const store = new Store(options.dataDir, 'simex');
  const faults = new Faults(options.seed);
  const listenKeys = new ListenKeys(() => randomBytes(32).toString('hex'));
  const streams = new Streams(listenKeys, faults, clock, (route) => {
    if (route === 'public' || route === 'market') feeds[route].open();
  });
  const exchange = openUsdm(
    store,
    {
      seed: options.seed,
      startMs: startedMs,
      ...(options.dualSide === undefined ? {} : { dualSide: options.dualSide }),
      ...(options.balance === undefined ? {} : { balance: options.balance }),
    },
    (event) => streams.publish(event),
  );
  const spotStore = new Store(options.dataDir, 'simex-spot');
  const spot = openSpot(spotStore, { seed: options.seed, startMs: startedMs }, (event) => {
    if (event.e === 'bookTicker') streams.send('spot', `${event.s.toLowerCase()}@bookTicker`, quoteOf(event));
    else spotSockets.publish(event);
  });
  const gate: Gate = {
    keys: new ApiKeys(options.keys ?? configuredKeys({})),
    faults,
    clock,
    pause: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
  };
  const usdmVenue = new Dispatcher(
    {
      routes: usdmRoutes(exchange, listenKeys, options.futuresLimits ?? futuresLimits),
      limits: new RateLimits(options.futuresLimits ?? futuresLimits),
    },
    gate,
  );
  const spotVenue = new Dispatcher(
    {
      routes: { ...spotRoutes(spot), ...neighbourRoutes },
      limits: new RateLimits(options.spotLimits ?? spotLimits),
    },
    gate,
  );
  const usdmSockets = new SocketApi({ venue: usdmVenue, methods: usdmMethods, userData: false, clock });
  const spotSockets = new SocketApi({ venue: spotVenue, methods: spotMethods, userData: true, clock });
  const rest = new RestServer([usdmVenue, spotVenue], clock);
  const control = new Control({
    exchange,
    store,
    spot,
    spotStore,
    faults,
    clock,
    cut: (route) => streams.cut(route),
  });

  const marketFailed = Promise.withResolvers<MarketDataError>();
  const feedOf = (route: 'public' | 'market') =>
    new Feed({
      wanted: () => streams.wanted(route),
      publisherOf: (name) => marketStream(exchange.view.state, name),
      send: (name, message) => streams.send(route, name, message),
    });
  const feeds = { public: feedOf('public'), market: feedOf('market') };
  const market = new MarketLoop({
    exchange,
    spot,
    feeds: Object.values(feeds),
    source: options.market,
    clock,
    onFailed: marketFailed.resolve,
  });

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const handled = isControl(request)
      ? answerControl(control, request, response)
      : rest.handle(request, response);
    handled.catch((error: unknown) => {
      // A client that left in the middle is no failure of the exchange; anything else is a broken invariant.
      if (request.destroyed && !request.complete) return;
      throw error;
    });
  });
  const sockets: Readonly<Record<string, SocketApi>> = {
    '/ws-fapi/v1': usdmSockets,
    '/ws-api/v3': spotSockets,
  };
  server.on('upgrade', (request, socket, head) => {
    const { path } = splitUrl(request.url ?? '/');
    (Object.hasOwn(sockets, path) ? sockets[path] : streams)?.upgrade(request, socket, head);
  });
  const port = await market
    .start()
    .then(() => listen(server, options.port, host))
    .catch((error: unknown) => {
      market.close();
      store.close();
      spotStore.close();
      throw error;
    });
  const marketTimer = setInterval(() => market.tick(), MARKET_STEP_MS);
  const tendTimer = setInterval(() => {
    for (const wire of [streams, usdmSockets, spotSockets]) wire.tend();
  }, TEND_EVERY_MS);

  return {
    url: `http://${host}:${port}`,
    port,
    marketFailed: marketFailed.promise,
    close: async () => {
      clearInterval(marketTimer);
      market.close();
      clearInterval(tendTimer);
      for (const wire of [streams, usdmSockets, spotSockets]) wire.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      exchange.snapshot();
      spot.snapshot();
      store.close();
      spotStore.close();
    },
  };
}

/** The quotes of spot do not say what kind of event they are. */
function quoteOf({ e: _, ...quote }: { readonly e: string }): object {
  return quote;
}

const isControl = ({ url }: IncomingMessage): boolean => url?.startsWith('/sim/') === true;

async function answerControl(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const rawBody = await readBody(request);
  if (rawBody === undefined) {
    response.setHeader('Connection', 'close');
    send(response, 413, { error: 'the body is too long' });
    return;
  }
  const { status, body } = control.handle({
    method: request.method ?? 'GET',
    ...splitUrl(request.url ?? '/'),
    contentType: request.headers['content-type'] ?? '',
    rawBody,
  });
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(body);
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'));
      else resolve(address.port);
    });
  });
}
