/**
 * Configuration: read once, from the environment, by one table. A value that cannot be is refused by the name of its
 * variable; what is in force can be printed with where it came from, secrets left out.
 */

import type { AccountId, Symbol } from '#core/ids.ts';
import { type DecimalText, money, rate } from '#core/money.ts';
import { Secret } from '#core/secret.ts';
import { defaultSettings, type PositionMode, type TradingSettings } from '#core/settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Variable<T> {
  readonly meaning: string;
  readonly fallback: string;
  readonly secret?: boolean;
  /** Undefined if the text cannot be a value. */
  readonly read: (text: string) => T | undefined;
  /** What a value looks like, for the one who wrote another. */
  readonly form: string;
}

const PORT_MAX = 65_535;

const port = (fallback: number, meaning: string): Variable<number> => ({
  meaning,
  fallback: String(fallback),
  form: `a port from 1 to ${PORT_MAX}`,
  read: (text) => wholeNumber(text, 1, PORT_MAX),
});

const milliseconds = (fallback: number, min: number, max: number, meaning: string): Variable<number> => ({
  meaning,
  fallback: String(fallback),
  form: `whole milliseconds from ${min} to ${max}`,
  read: (text) => wholeNumber(text, min, max),
});

const text = (fallback: string, pattern: RegExp, form: string, meaning: string): Variable<string> => ({
  meaning,
  fallback,
  form,
  read: (value) => (pattern.test(value) ? value : undefined),
});

const decimal = (
  fallback: DecimalText,
  isValid: (value: DecimalText) => boolean,
  form: string,
  meaning: string,
): Variable<DecimalText> => ({
  meaning,
  fallback,
  form,
  read: (value) => {
    try {
      return isValid(value) ? value : undefined;
    } catch {
      return undefined;
    }
  },
});

const secret = (fallback: string, meaning: string): Variable<Secret> => ({
  meaning,
  fallback,
  secret: true,
  form: 'a text without spaces',
  read: (value) => (value === fallback || /^\S+$/.test(value) ? new Secret(value) : undefined),
});

function wholeNumber(value: string, min: number, max: number): number | undefined {
  const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}

function symbols(value: string): Symbol[] | undefined {
  const list = value.split(',').map((symbol) => symbol.trim());
  return list.every((symbol) => /^[A-Z0-9_]{2,32}$/.test(symbol)) ? (list as Symbol[]) : undefined;
}

const { signalAgeMsMax, clockSkewMsMax, quoteAgeMsMax, unprotectedMsMax } = defaultSettings;

const variables = {
  TRADEENGINE_PORT: port(8000, 'the API and the intake of signals'),
  SIMEX_PORT: port(8002, 'the simulated exchange'),
  OBSERVATORY_PORT: port(8001, "the observatory's page"),
  OTLP_GRPC_PORT: port(4317, 'telemetry over OTLP/gRPC'),
  OTLP_HTTP_PORT: port(4318, 'telemetry over OTLP/HTTP'),
  PYROSCOPE_PORT: port(4040, "profiles in Pyroscope's protocol"),
  TRADEENGINE_HOST: text(
    '127.0.0.1',
    /^[0-9A-Za-z.:-]{1,255}$/,
    'an address of this machine',
    'the address that the API listens on; any other than loopback needs tokens',
  ),
  TRADEENGINE_TOKENS_FILE: text('', /^/, 'a file', 'who may use the API, by the hashes of their tokens'),
  TRADEENGINE_WEBHOOKS_FILE: text('', /^/, 'a file', 'the senders of webhooks and their secrets'),
  TRADEENGINE_TOKEN: secret('', 'the token with which the commands of this program ask the engine'),
  TRADEENGINE_DATA_DIR: text('./data', /./, 'a directory', 'where all state lives'),
  TRADEENGINE_ACCOUNT: text(
    'paper',
    /^[A-Za-z0-9_.:-]{1,32}$/,
    '1 to 32 of A-Z a-z 0-9 _ . : -',
    'the account',
  ),
  TRADEENGINE_SYMBOLS: {
    meaning: 'the symbols that may be traded',
    fallback: defaultSettings.symbols.join(','),
    form: 'symbols such as BTCUSDT, separated by commas',
    read: symbols,
  } satisfies Variable<Symbol[]>,
  TRADEENGINE_POSITION_MODE: {
    meaning: 'whether long and short positions in a symbol exist side by side',
    fallback: defaultSettings.positionMode,
    form: 'hedge or one_way',
    read: (value): PositionMode | undefined => (value === 'hedge' || value === 'one_way' ? value : undefined),
  } satisfies Variable<PositionMode>,
  TRADEENGINE_CONFIDENCE_MIN: decimal(
    defaultSettings.confidenceMin,
    (value) => rate(value) >= 0n && rate(value) <= rate('1'),
    'a decimal from 0 to 1',
    'signals that are less sure are refused',
  ),
  TRADEENGINE_SIGNAL_AGE_MS_MAX: milliseconds(
    signalAgeMsMax,
    100,
    86_400_000,
    'signals that are older are refused',
  ),
  TRADEENGINE_CLOCK_SKEW_MS_MAX: milliseconds(
    clockSkewMsMax,
    0,
    3_600_000,
    "signals that lie further ahead of the engine's clock are refused",
  ),
  TRADEENGINE_QUOTE_AGE_MS_MAX: milliseconds(
    quoteAgeMsMax,
    100,
    600_000,
    'market data that is older is not decided by',
  ),
  TRADEENGINE_ORDER_NOTIONAL: decimal(
    defaultSettings.orderNotional,
    (value) => money(value) > 0n,
    'a decimal over 0',
    'the size of an order, in the quote asset, whose signal names no quantity',
  ),
  TRADEENGINE_STOP_LOSS_RATE: decimal(
    defaultSettings.stopLossRate,
    (value) => rate(value) > 0n && rate(value) < rate('1'),
    'a decimal over 0 and under 1',
    'the distance of the stop, as a rate of the entry price, where the signal names none',
  ),
  TRADEENGINE_UNPROTECTED_MS_MAX: milliseconds(
    unprotectedMsMax,
    1_000,
    600_000,
    'a position without a stop for this long is closed',
  ),
  TRADEENGINE_RECV_WINDOW_MS: milliseconds(
    2_000,
    500,
    60_000,
    'how long after it was signed the exchange may accept a request',
  ),
  MARKET_DATA: text(
    'generator',
    /^(?:generator|binance|file:[^,]+(?:,[^,]+)*)$/,
    'generator, binance or file:PATH[,PATH]',
    "where the simulated exchange's prices come from: its generator, Binance's public streams, or recorded klines or " +
      'aggregate trades as data.binance.vision publishes them (.csv or .zip, files or folders)',
  ),
  MARKET_DATA_SPEED: decimal(
    '1',
    (value) => rate(value) > 0n && rate(value) <= rate('100000'),
    'a decimal over 0, at most 100000',
    'how many times faster a recording is replayed',
  ),
  MARKET_DATA_URL: text(
    'wss://fstream.binance.com',
    /^wss?:\/\/[^\s/?#]+$/,
    'ws:// or wss:// with a host',
    'whose public streams `binance` follows',
  ),
  TRADEENGINE_ORDER_TRANSPORT: {
    meaning: 'what orders go over; where the WebSocket API is not connected it is REST',
    fallback: 'rest',
    form: 'rest or websocket',
    read: (value) => (value === 'rest' || value === 'websocket' ? value : undefined),
  } satisfies Variable<'rest' | 'websocket'>,
  SIMEX_API_KEY: secret('simex-key', 'the key at the simulated exchange'),
  SIMEX_API_SECRET: secret('simex-secret', 'its secret'),
} as const;

type Name = keyof typeof variables;
type Values = { readonly [N in Name]: NonNullable<ReturnType<(typeof variables)[N]['read']>> };

export interface Config {
  readonly values: Values;
  readonly account: AccountId;
  readonly settings: TradingSettings;
  /** One line for each variable: value, source, meaning. */
  describe(): string[];
  /** Every variable with the text that is in force, secrets included: what child processes get. */
  environment(): Record<string, string>;
}

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

export function readConfig(env: Environment): ConfigReading {
  const problems: string[] = [];
  const values: Partial<Record<Name, unknown>> = {};
  for (const [name, variable] of Object.entries(variables) as [Name, Variable<unknown>][]) {
    const value = variable.read(textOf(env, name) ?? variable.fallback);
    if (value === undefined) {
      const given = variable.secret === true ? 'has a value' : `is ${JSON.stringify(env[name])}`;
      problems.push(`${name} ${given}; it must be ${variable.form}`);
    }
    values[name] = value;
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config: configOf(values as Values, env) };
}

/** An empty variable counts as absent: that is how shells and manifests leave one out. */
const textOf = (env: Environment, name: string): string | undefined =>
  env[name] === '' ? undefined : env[name];

function configOf(values: Values, env: Environment): Config {
  return {
    values,
    account: values.TRADEENGINE_ACCOUNT as AccountId,
    settings: {
      ...defaultSettings,
      positionMode: values.TRADEENGINE_POSITION_MODE,
      symbols: values.TRADEENGINE_SYMBOLS,
      confidenceMin: values.TRADEENGINE_CONFIDENCE_MIN,
      signalAgeMsMax: values.TRADEENGINE_SIGNAL_AGE_MS_MAX,
      clockSkewMsMax: values.TRADEENGINE_CLOCK_SKEW_MS_MAX,
      quoteAgeMsMax: values.TRADEENGINE_QUOTE_AGE_MS_MAX,
      orderNotional: values.TRADEENGINE_ORDER_NOTIONAL,
      stopLossRate: values.TRADEENGINE_STOP_LOSS_RATE,
      unprotectedMsMax: values.TRADEENGINE_UNPROTECTED_MS_MAX,
    },
    describe: () =>
      (Object.entries(variables) as [Name, Variable<unknown>][]).map(([name, variable]) => {
        const given = textOf(env, name);
        const shown = variable.secret === true ? '[secret]' : (given ?? variable.fallback);
        // A supervisor hands down every value: only one that differs was somebody's choice.
        const source = given === undefined || given === variable.fallback ? 'default' : 'environment';
        return `${name}=${shown} (${source}): ${variable.meaning}`;
      }),
    environment: () =>
      Object.fromEntries(
        Object.entries(variables).map(([name, { fallback }]) => [name, textOf(env, name) ?? fallback]),
      ),
  };
}

/** The contents of docs/configuration.md. */
export function configDocument(): string {
  const rows = (Object.entries(variables) as [Name, Variable<unknown>][]).map(
    ([name, { fallback, form, meaning, secret: hidden }]) =>
      `| \`${name}\` | \`${fallback}\` | ${meaning}${hidden === true ? ' (a secret: never printed)' : ''} | ${form} |`,
  );
  return [
    '# Configuration',
    '',
    'Generated from `src/app/config.ts`. All of it comes from the environment, is read once at the start, and is printed',
    'then with the source of each value. Telemetry is configured by the standard `OTEL_*` and `PYROSCOPE_*` variables,',
    'and what it says of where the engine runs by those of its [resource](telemetry.md#resource).',
    '',
    '| variable | default | meaning | form |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
