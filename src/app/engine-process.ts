/**
 * The engine process: the one place where configuration, telemetry, journal, exchange, engine and API are put together.
 * It stays up when the engine fails, so that its probes can say why, and ends in an order that loses nothing.
 */

import { join } from 'node:path';
import { isatty } from 'node:tty';
import { EventFeed } from '#api/event-feed.ts';
import { RecentOrders } from '#api/recent-orders.ts';
import { buildServer } from '#api/server.ts';
import type { Balance, Subject } from '#api/subject.ts';
import type { TelemetryReport } from '#api/views/telemetry.ts';
import type { Redactor } from '#core/secret.ts';
import type { CrashPoint } from '#engine/engine.ts';
import { systemClock, systemTimers, within } from '#engine/time.ts';
import { RateGate } from '#exchange/binance/rate-gate.ts';
import { ACCEPTANCE_MARGIN_MS } from '#exchange/binance/usdm/orders.ts';
import { BinanceUsdm } from '#exchange/binance/usdm/usdm.ts';
import { usdm } from '#exchange/binance/usdm/venue.ts';
import type { RemoteSpan } from '#intake/identity.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import type { ProcessEvent } from '#telemetry/catalogue/process-events.ts';
import { startTelemetry } from '#telemetry/start.ts';
import { LineWriter } from '#telemetry/stdout.ts';
import type { Telemetry } from '#telemetry/telemetry.ts';
import { readableLine } from '#telemetry/terminal.ts';
import type { Access } from './access-files.ts';
import { addresses } from './addresses.ts';
import type { Config, Environment } from './config.ts';
import { accountWishes, exchangeAccess } from './exchange-access.ts';
import { exitCodes } from './exit-codes.ts';
import { healthOf, type RunningParts } from './health.ts';
import { Keeper } from './keeper.ts';
import { Measurements } from './measurements.ts';
import { ProblemLog } from './problem-log.ts';
import { redactorOf } from './redaction.ts';
import { journalPathIn } from './replay.ts';
import { telemetryReportOf } from './telemetry-report.ts';
import { version } from './version.ts';

/** The parts of a shutdown, which together take less than the whole. */
const ENGINE_STOP_MS_MAX = 2_500;
const SERVER_CLOSE_MS_MAX = 500;
const TELEMETRY_FLUSH_MS_MAX = 2_000;
/** What is broken must not go on for long. */
const CRASH_FLUSH_MS_MAX = 500;
const STDOUT_MS_MAX = 300;
const STDOUT = 1;
/** Less than the patience of whoever started the process. */
const SHUTDOWN_MS_MAX = 5_500;

export interface EngineProcessOptions {
  readonly config: Config;
  readonly access: Access;
  readonly env: Environment;
  /** Names this process among others that run the same program. */
  readonly instanceId: string;
  /** Resolves when the process is asked to end. */
  readonly ending: Promise<string>;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** Ends it even where exit() would wait, for a standard output that takes nothing. */
  readonly kill: () => void;
  /** Sees the engine pass the points at which a crash test ends it. */
  readonly probe?: (point: CrashPoint) => void;
}

/** Resolves with the exit code. */
export async function runEngineProcess(options: EngineProcessOptions): Promise<number> {
  const { config, env, ending, probe } = options;
  const startedAt = systemClock.now();
  const redactor = redactorOf(config, env);
  const stdout = new LineWriter(isatty(STDOUT) ? readableLine : undefined);
  const end = ender(options, stdout);
  const telemetry = await openTelemetry(options, redactor, stdout, end);
  const say = sayThrough(telemetry);
  const recentOrders = new RecentOrders();
  const events = new EventFeed(systemTimers);
  // A ban outlives the engine that drew it.
  const rateGate = new RateGate(usdm.limits);
  const measurements = new Measurements({
    record: (record) => telemetry.record(record),
    onFailure: (error) =>
      say(
        'error',
        'telemetry.sample_failed',
        `What the process does could not be measured: ${String(error)}`,
      ),
    clock: systemClock,
    rateGate,
    recentOrders,
  });
  const problems = new ProblemLog((record) => telemetry.log(record), recentOrders);
  const { onStage } = telemetry;
  const keeper = makeKeeper({
    config,
    recentOrders,
    events,
    rateGate,
    measurements,
    problems,
    probe,
    onStage,
  });
  telemetry.watch(() => measurements.sample(keeper));
  const telemetryReport = () =>
    telemetryReportOf(
      {
        status: telemetry.status(),
        startedAt,
        canaryAt: keeper.running?.engine.state.canaryAt,
        now: systemClock.now(),
      },
      (text) => redactor.redact(text),
    );
  const server = await buildServer({
    subject: subjectOf({ config, keeper, recentOrders, telemetry, telemetryReport }),
    desk: keeper,
    operator: keeper,
    events,
    clock: systemClock,
    ...options.access,
    onProblem: (code, detail, span) =>
      telemetry.log({ severity: 'error', event: `api.${code}`, message: detail, span: spanRefOf(span) }),
    onRequest: measurements.onServed,
  });
  await server.listen({ host: config.values.TRADEENGINE_HOST, port: config.values.TRADEENGINE_PORT });
  say('info', 'engine.listening', `Version ${version} listens on ${addresses(config).engine}.`);
  for (const line of config.describe()) say('info', 'engine.configuration', line);
  const { restUrl, streamUrl } = exchangeAccess(config);
  const { mode } = config.settings;
  say(
    'info',
    'engine.configuration',
    `Trading in ${mode} mode: orders to ${restUrl}, news from ${streamUrl}.`,
  );

  const outcome = await Promise.race([keeper.run(), ending]);
  const asked = typeof outcome === 'string';
  say(
    asked ? 'info' : 'fatal',
    asked ? 'engine.stopping' : 'engine.journal_unusable',
    asked ? `Stopping because of ${outcome}.` : `${outcome?.message}. This needs a person: see the journal.`,
  );
  systemTimers.after(SHUTDOWN_MS_MAX, () => {
    say(
      'error',
      'engine.stop_overdue',
      `The process has not ended in ${SHUTDOWN_MS_MAX} ms and is cut short.`,
    );
    void end(exitCodes.failed);
  });
  const late = Symbol('late');
  if ((await within(systemTimers, ENGINE_STOP_MS_MAX, keeper.stop(), late)) === late) {
    const what = 'what is under way is found out at the next start';
    say('error', 'engine.stop_overdue', `The engine has not ended in ${ENGINE_STOP_MS_MAX} ms: ${what}.`);
  }
  await within(systemTimers, SERVER_CLOSE_MS_MAX, server.close(), undefined);
  await telemetry.stop(TELEMETRY_FLUSH_MS_MAX);
  const code = asked ? exitCodes.ok : exitCodes.journalUnusable;
  await end(code);
  return code;
}

type End = (code: number) => Promise<void>;

/** Ends the process once its last lines are written, or with a deadline for that. */
const ender =
  ({ exit, kill }: EngineProcessOptions, stdout: LineWriter): End =>
  async (code) => {
    await within(systemTimers, STDOUT_MS_MAX, stdout.idle, undefined);
    if (stdout.busy) kill();
    else exit(code);
  };

type Say = (severity: 'info' | 'warn' | 'error' | 'fatal', event: ProcessEvent, message: string) => void;

const spanRefOf = (span: RemoteSpan | undefined) =>
  span === undefined ? undefined : { traceId: span.trace, spanId: span.parentSpan };

const sayThrough =
  (telemetry: Telemetry): Say =>
  (severity, event, message) =>
    telemetry.log({ severity, event, message });

const journalPathOf = (config: Config): string => journalPathIn(config.values.TRADEENGINE_DATA_DIR);

async function openTelemetry(
  { config, env, instanceId }: EngineProcessOptions,
  redactor: Redactor,
  destination: LineWriter,
  end: End,
): Promise<Telemetry> {
  const { telemetryGrpc, telemetryHttp, profiles } = addresses(config);
  const telemetry = await startTelemetry({
    journalPath: journalPathOf(config),
    cursorPath: join(config.values.TRADEENGINE_DATA_DIR, 'telemetry.cursor'),
    env: { PYROSCOPE_SERVER_ADDRESS: profiles, ...env },
    defaultEndpoints: { grpc: telemetryGrpc, 'http/protobuf': telemetryHttp },
    version,
    instanceId,
    redact: (text) => redactor.redact(text),
    destination,
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
    systemTimers.after(SHUTDOWN_MS_MAX, () => void end(exitCodes.failed));
    void telemetry.stop(CRASH_FLUSH_MS_MAX).finally(() => end(exitCodes.failed));
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
  readonly events: EventFeed;
  readonly rateGate: RateGate;
  readonly measurements: Measurements;
  readonly problems: ProblemLog;
  readonly probe: EngineProcessOptions['probe'];
  readonly onStage: Telemetry['onStage'];
}

function makeKeeper({
  config,
  recentOrders,
  events,
  rateGate,
  measurements,
  problems,
  probe,
  onStage,
}: KeeperParts): Keeper {
  const { values, settings, account } = config;
  const access = exchangeAccess(config);
  return new Keeper({
    account,
    version,
    settings,
    acceptanceWindowMs: values.TRADEENGINE_RECV_WINDOW_MS + ACCEPTANCE_MARGIN_MS,
    openJournal: () => openSqliteJournal({ path: journalPathOf(config), observer: measurements.journal }),
    makeExchange: () =>
      new BinanceUsdm({
        ...access,
        orderUrl: values.TRADEENGINE_ORDER_TRANSPORT === 'websocket' ? access.wsApiUrl : undefined,
        symbols: settings.symbols,
        account: accountWishes(config),
        recvWindowMs: values.TRADEENGINE_RECV_WINDOW_MS,
        clock: { nowMicros: () => systemClock.now() },
        rateGate,
        onProblem: problems.ofExchange,
        observer: measurements,
      }),
    recentOrders,
    events,
    clock: systemClock,
    timers: systemTimers,
    onProblem: problems.ofEngine,
    onCompared: measurements.onCompared,
    ...(probe === undefined ? {} : { probe }),
    ...(onStage === undefined ? {} : { onStage }),
  });
}

interface SubjectParts {
  readonly config: Config;
  readonly keeper: Keeper;
  readonly recentOrders: RecentOrders;
  readonly telemetry: Pick<Telemetry, 'metrics'>;
  readonly telemetryReport: () => TelemetryReport;
}

function subjectOf({ config, keeper, recentOrders, telemetry, telemetryReport }: SubjectParts): Subject {
  const { account, settings } = config;
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
        telemetry: telemetryReport(),
        now: systemClock.now(),
      }),
    telemetry: telemetryReport,
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
