/**
 * The engine process: the one place where configuration, telemetry, journal, exchange, engine and API are put together.
 * It stays up when the engine fails, so that its probes can say why, and ends in an order that loses nothing.
 */

import { join } from 'node:path';
import { RecentOrders } from '#api/recent-orders.ts';
import { buildServer } from '#api/server.ts';
import type { Balance, Subject } from '#api/subject.ts';
import type { CrashPoint } from '#engine/engine.ts';
import { systemClock, systemTimers, within } from '#engine/time.ts';
import { ACCEPTANCE_MARGIN_MS } from '#exchange/binance/orders.ts';
import { RateGate } from '#exchange/binance/rate-gate.ts';
import { BinanceUsdm } from '#exchange/binance/usdm.ts';
import type { RemoteSpan } from '#intake/identity.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import { startTelemetry, type Telemetry } from '#telemetry/start.ts';
import { addresses, HOST } from './addresses.ts';
import type { Config, Environment } from './config.ts';
import { exitCodes } from './exit-codes.ts';
import { healthOf, type RunningParts } from './health.ts';
import { Keeper } from './keeper.ts';
import { Measurements } from './measurements.ts';
import { ProblemLog } from './problem-log.ts';
import { redactorOf } from './redaction.ts';
import { journalPathIn } from './replay.ts';
import { telemetryReportOf } from './telemetry-report.ts';
import { version } from './version.ts';

const SERVER_CLOSE_MS_MAX = 1_000;
const TELEMETRY_FLUSH_MS_MAX = 2_000;
/** What is broken must not go on for long. */
const CRASH_FLUSH_MS_MAX = 500;
const SHUTDOWN_MS_MAX = 8_000;

export interface EngineProcessOptions {
  readonly config: Config;
  readonly env: Environment;
  /** Names this process among others that run the same program. */
  readonly instanceId: string;
  /** Resolves when the process is asked to end. */
  readonly ending: Promise<string>;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** Sees the engine pass the points at which a crash test ends it. */
  readonly probe?: (point: CrashPoint) => void;
}

/** Resolves with the exit code. */
export async function runEngineProcess(options: EngineProcessOptions): Promise<number> {
  const { config, ending, exit, probe } = options;
  const telemetry = await openTelemetry(options);
  const say = sayThrough(telemetry);
  const recentOrders = new RecentOrders();
  // A ban outlives the engine that drew it.
  const rateGate = new RateGate();
  const measurements = new Measurements({
    record: (record) => telemetry.record(record),
    clock: systemClock,
    rateGate,
    recentOrders,
  });
  const problems = new ProblemLog((record) => telemetry.log(record), recentOrders);
  const { onStage } = telemetry;
  const keeper = makeKeeper({ config, recentOrders, rateGate, measurements, problems, probe, onStage });
  telemetry.watch(() => measurements.sample(keeper));
  const server = await buildServer({
    subject: subjectOf(config, keeper, recentOrders, telemetry),
    desk: keeper,
    clock: systemClock,
    onProblem: (code, detail, span) =>
      telemetry.log({ severity: 'error', event: `api.${code}`, message: detail, span: spanRefOf(span) }),
    onRequest: measurements.onServed,
  });
  await server.listen({ host: HOST, port: config.values.TRADEENGINE_PORT });
  say('info', 'engine.listening', `Version ${version} listens on ${addresses(config).engine}.`);
  for (const line of config.describe()) say('info', 'engine.configuration', line);

  const outcome = await Promise.race([keeper.run(), ending]);
  const asked = typeof outcome === 'string';
  say(
    asked ? 'info' : 'fatal',
    asked ? 'engine.stopping' : 'engine.journal_unusable',
    asked ? `Stopping because of ${outcome}.` : `${outcome?.message}. This needs a person: see the journal.`,
  );
  systemTimers.after(SHUTDOWN_MS_MAX, () => exit(exitCodes.failed));
  await keeper.stop();
  await within(systemTimers, SERVER_CLOSE_MS_MAX, server.close(), undefined);
  await telemetry.stop(TELEMETRY_FLUSH_MS_MAX);
  return asked ? exitCodes.ok : exitCodes.journalUnusable;
}

type Say = (severity: 'info' | 'warn' | 'error' | 'fatal', event: string, message: string) => void;

const spanRefOf = (span: RemoteSpan | undefined) =>
  span === undefined ? undefined : { traceId: span.trace, spanId: span.parentSpan };

const sayThrough =
  (telemetry: Telemetry): Say =>
  (severity, event, message) =>
    telemetry.log({ severity, event, message });

const journalPathOf = (config: Config): string => journalPathIn(config.values.TRADEENGINE_DATA_DIR);

async function openTelemetry({ config, env, instanceId, exit }: EngineProcessOptions): Promise<Telemetry> {
  const redactor = redactorOf(config, env);
  const { telemetryGrpc, telemetryHttp, profiles } = addresses(config);
  const telemetry = await startTelemetry({
    journalPath: journalPathOf(config),
    cursorPath: join(config.values.TRADEENGINE_DATA_DIR, 'telemetry.cursor'),
    env: { PYROSCOPE_SERVER_ADDRESS: profiles, ...env },
    defaultEndpoints: { grpc: telemetryGrpc, 'http/protobuf': telemetryHttp },
    version,
    instanceId,
    redact: (text) => redactor.redact(text),
  });
  let crashed = false;
  // Rejections that nobody handles come here too.
  process.on('uncaughtException', (error) => {
    telemetry.log({
      severity: 'fatal',
      event: 'engine.crashed',
      message: `An error that nobody caught ends the process: ${String(error)}`,
      attributes: exceptionAttributes(error),
    });
    if (crashed) return;
    crashed = true;
    void telemetry.stop(CRASH_FLUSH_MS_MAX).finally(() => exit(exitCodes.failed));
  });
  return telemetry;
}

/** What was thrown need not be an error. */
function exceptionAttributes(thrown: unknown) {
  const error = thrown instanceof Error ? thrown : undefined;
  return {
    'exception.type': error?.name ?? typeof thrown,
    'exception.message': error?.message ?? String(thrown),
    'exception.stacktrace': error?.stack,
  };
}

interface KeeperParts {
  readonly config: Config;
  readonly recentOrders: RecentOrders;
  readonly rateGate: RateGate;
  readonly measurements: Measurements;
  readonly problems: ProblemLog;
  readonly probe: EngineProcessOptions['probe'];
  readonly onStage: Telemetry['onStage'];
}

function makeKeeper({
  config,
  recentOrders,
  rateGate,
  measurements,
  problems,
  probe,
  onStage,
}: KeeperParts): Keeper {
  const { values, settings, account } = config;
  const { exchange, exchangeStreams } = addresses(config);
  return new Keeper({
    account,
    version,
    settings,
    acceptanceWindowMs: values.TRADEENGINE_RECV_WINDOW_MS + ACCEPTANCE_MARGIN_MS,
    openJournal: () => openSqliteJournal({ path: journalPathOf(config), observer: measurements.journal }),
    makeExchange: () =>
      new BinanceUsdm({
        restUrl: exchange,
        streamUrl: exchangeStreams,
        apiKey: values.SIMEX_API_KEY,
        apiSecret: values.SIMEX_API_SECRET,
        symbols: settings.symbols,
        positionMode: settings.positionMode,
        recvWindowMs: values.TRADEENGINE_RECV_WINDOW_MS,
        clock: { nowMicros: () => systemClock.now() },
        rateGate,
        onProblem: problems.ofExchange,
        observer: measurements,
      }),
    recentOrders,
    clock: systemClock,
    timers: systemTimers,
    onProblem: problems.ofEngine,
    onCompared: measurements.onCompared,
    ...(probe === undefined ? {} : { probe }),
    ...(onStage === undefined ? {} : { onStage }),
  });
}

function subjectOf(
  { account, settings }: Config,
  keeper: Keeper,
  recentOrders: RecentOrders,
  telemetry: Telemetry,
): Subject {
  return {
    account,
    version,
    recentOrders,
    get unready() {
      return keeper.unready;
    },
    get state() {
      return keeper.running?.engine.state;
    },
    get journal() {
      return keeper.running?.journal;
    },
    metrics: () => telemetry.metrics(),
    health: () =>
      healthOf({
        unready: keeper.unready,
        running: runningParts(keeper),
        symbols: settings.symbols,
        quoteAgeMsMax: settings.quoteAgeMsMax,
        telemetry: telemetry.status(),
        canaryAt: keeper.running?.engine.state.canaryAt,
        now: systemClock.now(),
      }),
    telemetry: () => telemetryReportOf(telemetry.status()),
    quote: (symbol) => keeper.running?.exchange.quote(symbol),
    balance: async (): Promise<Balance | undefined> => {
      const answer = await keeper.running?.exchange.balance();
      return answer?.kind === 'answer' ? answer.value : undefined;
    },
  };
}

function runningParts({ running }: Keeper): RunningParts | undefined {
  if (running === undefined) return undefined;
  const { engine, journal, exchange } = running;
  return {
    journal,
    reconciled: engine.state.reconciled,
    quote: (symbol) => exchange.quote(symbol),
  };
}
