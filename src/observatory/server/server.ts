/** The HTTP server of the observatory: the JSON API under /api, live events, health, and the page. */
import fastify, { type FastifyInstance } from 'fastify';
import type {
  ErrorAnswer,
  ExemplarsAnswer,
  FlameAnswer,
  LogsAnswer,
  MetricQueryAnswer,
  MetricsAnswer,
  ProfilesAnswer,
  SignalsAnswer,
} from '../answers.ts';
import { searchExemplars } from '../queries/exemplars.ts';
import { findById } from '../queries/find.ts';
import { searchLogs } from '../queries/logs.ts';
import { listMetrics, queryMetric } from '../queries/metrics.ts';
import { flameOf, listProfiles, type ProfileFilter } from '../queries/profiles.ts';
import { newestSignals } from '../queries/signals.ts';
import { findTrace } from '../queries/traces.ts';
import { QueryError } from '../store/reader.ts';
import type { Store } from '../store/store.ts';
import { formatTime } from '../time.ts';
import { LiveFeed } from './live.ts';
import { servePage } from './page.ts';
import {
  exemplarsQuery,
  findQuery,
  flameQuery,
  logsQuery,
  metricQuery,
  noQuery,
  ParameterError,
  type ProfileQuery,
  parse,
  profilesQuery,
  requireOrdered,
  signalsQuery,
  traceParams,
} from './parameters.ts';

interface ServerOptions {
  store: Store;
  host: string;
  port: number;
  webRoot: string;
  nowMs(): number;
  /** Hears of requests that failed for a reason of the observatory's own. */
  onFailure(error: unknown): void;
}

const problem = (code: ErrorAnswer['code'], message: string): ErrorAnswer => ({ code, message });

const REQUEST_TIMEOUT_MS = 30_000;
const DEFAULT_METRIC_RANGE_NS = 3_600_000_000_000n;

export async function startServer(options: ServerOptions): Promise<{ port: number; close(): Promise<void> }> {
  const app = fastify({ requestTimeout: REQUEST_TIMEOUT_MS, forceCloseConnections: true });
  const live = new LiveFeed();
  const forget = options.store.onStored((stored) => live.announce(stored));
  app.addHook('preClose', async () => {
    forget();
    live.close();
  });
  answerErrors(app, options);
  serveApi(app, options);
  app.get('/api/live', (_, reply) => {
    reply.hijack();
    if (!live.add(reply.raw)) reply.raw.writeHead(503, { 'retry-after': '5' }).end();
  });
  await servePage(app, options.webRoot);
  await app.listen({ host: options.host, port: options.port });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error(`listening on ${address}, not on TCP`);
  return { port: address.port, close: () => app.close() };
}

function serveApi(app: FastifyInstance, { store, nowMs }: ServerOptions): void {
  const { reader } = store;

  app.get('/api/signals', async (request): Promise<SignalsAnswer> => {
    const { limit, before } = parse(signalsQuery, request.query);
    const { signals, next } = await newestSignals(reader, limit, before);
    return { signals, next: next === undefined ? null : `${next.timeNs}-${next.spanId}` };
  });

  app.get('/api/traces/:traceId', async (request, reply) => {
    parse(noQuery, request.query);
    const { traceId } = parse(traceParams, request.params);
    const trace = await findTrace(reader, traceId);
    return trace ?? reply.code(404).send(problem('not_found', `no trace ${traceId} is stored`));
  });

  app.get('/api/find', async (request, reply) => {
    const { id } = parse(findQuery, request.query);
    const found = await findById(reader, id);
    return found.kinds.length > 0
      ? found
      : reply.code(404).send(problem('not_found', 'no signal, order, trace or span has this id'));
  });

  app.get('/api/logs', async (request): Promise<LogsAnswer> => {
    const query = parse(logsQuery, request.query);
    requireOrdered(query.from, query.to);
    const logs = await searchLogs(reader, {
      traceId: query.trace_id,
      text: query.q,
      fromNs: query.from,
      toNs: query.to,
      limit: query.limit,
    });
    return { logs };
  });

  app.get('/api/metrics', async (request): Promise<MetricsAnswer> => {
    parse(noQuery, request.query);
    return { metrics: await listMetrics(reader) };
  });

  app.get('/api/metrics/query', async (request): Promise<MetricQueryAnswer> => {
    const query = parse(metricQuery, request.query);
    const toNs = query.to ?? BigInt(nowMs()) * 1_000_000n;
    const fromNs = query.from ?? toNs - DEFAULT_METRIC_RANGE_NS;
    requireOrdered(fromNs, toNs);
    const { series, truncated } = await queryMetric(reader, query.name, fromNs, toNs);
    return { name: query.name, from: formatTime(fromNs), to: formatTime(toNs), series, truncated };
  });

  app.get('/api/exemplars', async (request): Promise<ExemplarsAnswer> => {
    const query = parse(exemplarsQuery, request.query);
    requireOrdered(query.from, query.to);
    const exemplars = await searchExemplars(reader, {
      traceId: query.trace_id,
      name: query.name,
      fromNs: query.from,
      toNs: query.to,
      limit: query.limit,
    });
    return { exemplars };
  });

  app.get('/api/profiles', async (request): Promise<ProfilesAnswer> => {
    const { limit, ...query } = parse(profilesQuery, request.query);
    return { profiles: await listProfiles(reader, profileFilterOf(query), limit) };
  });

  app.get('/api/profiles/flame', async (request): Promise<FlameAnswer> => {
    const { limit, type, ...query } = parse(flameQuery, request.query);
    return flameOf(reader, { ...profileFilterOf(query), type }, limit);
  });

  app.get('/health', async (request) => {
    parse(noQuery, request.query);
    const usage = store.usage();
    return { status: usage.lastFailure === null ? 'ok' : 'failing', store: usage };
  });
}

function profileFilterOf({ span_id, trace_id, from, to, ...rest }: ProfileQuery): ProfileFilter {
  requireOrdered(from, to);
  return { ...rest, spanId: span_id, traceId: trace_id, fromNs: from, toNs: to };
}

function answerErrors(app: FastifyInstance, { onFailure }: ServerOptions): void {
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(problem('not_found', `nothing is served at ${request.method} ${request.url.slice(0, 200)}`)),
  );
  app.setErrorHandler((error, _, reply) => {
    if (error instanceof ParameterError) {
      return reply.code(400).send(problem('invalid_parameter', error.message));
    }
    if (error instanceof QueryError) {
      return reply.code(503).header('retry-after', '1').send(problem(error.code, error.message));
    }
    onFailure(error);
    return reply.code(500).send(problem('internal', 'the observatory failed to answer; its log says why'));
  });
}
