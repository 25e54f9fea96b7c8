/**
 * Configuration: read once, from the environment, by one table. A value that cannot be is refused by the name of its
 * variable; what is in force can be printed with where it came from, secrets left out.
 */

import { readFileSync } from 'node:fs';
import type { AccountId, Symbol } from '#core/ids.ts';
import { money, rate } from '#core/money.ts';
import { defaultSettings, type TradingSettings, tradingModes } from '#core/settings.ts';
import { type ConfigProblem, configFaults, problemsOf } from './config-problems.ts';
import { settingsFrom } from './settings-file.ts';
import {
  address,
  decimal,
  milliseconds,
  type Optional,
  oneOf,
  optional,
  type PerSymbol,
  perSymbol,
  port,
  secret,
  signingKey,
  symbols,
  text,
  type Variable,
  wholeNumber,
} from './variable.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/trade/rest-api/Change-Initial-Leverage */
const LEVERAGE_MAX = 125;

const marginTypes = ['crossed', 'isolated'] as const;

const { signalAgeMsMax, clockSkewMsMax, quoteAgeMsMax, unprotectedMsMax } = defaultSettings;

const variables = {
  TRADING_MODE: oneOf('paper', tradingModes, 'the simulated exchange, play money at Binance, or real money'),
  TRADEENGINE_CONFIRM_LIVE: optional({
    meaning: 'in live mode: the account once more, as the word of a person that this may cost money',
    form: 'the value of TRADEENGINE_ACCOUNT',
    read: (value) => value,
  }),
  BINANCE_API_KEY: optional(secret('', 'the key at Binance; testnet and live need it')),
  BINANCE_API_SECRET: optional({
    meaning: 'its secret, or its Ed25519 private key',
    secret: true,
    form: 'a text without spaces, or a private key in PEM',
    read: signingKey,
  }),
  BINANCE_REST_URL: address('http', 'the REST API, where it is not the one of the mode'),
  BINANCE_STREAM_URL: address('ws', 'the streams, where they are not those of the mode'),
  BINANCE_WS_API_URL: address('ws', 'the WebSocket API, where it is not the one of the mode'),
  BINANCE_WALLET_URL: address('http', 'where live mode reads the permissions of the key'),
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
  TRADEENGINE_SETTINGS_FILE: text(
    '',
    /^/,
    'a file',
    'more trading rules, and limits and overrides, as JSON; they win over the variables. See settings.md',
  ),
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
  TRADEENGINE_POSITION_MODE: oneOf(
    defaultSettings.positionMode,
    ['hedge', 'one_way'],
    'whether long and short positions in a symbol exist side by side',
  ),
  TRADEENGINE_LEVERAGE: optional({
    meaning: 'the leverage to set; left as it is at the exchange where none is given',
    form: `1 to ${LEVERAGE_MAX}, or by symbol: 5,BTCUSDT=10`,
    read: (value) => perSymbol(value, (given) => wholeNumber(given, 1, LEVERAGE_MAX)),
  }),
  TRADEENGINE_MARGIN_TYPE: optional({
    meaning: 'the margin type to set; left as it is at the exchange where none is given',
    form: 'crossed or isolated, or by symbol: crossed,BTCUSDT=isolated',
    read: (value) => perSymbol(value, (given) => marginTypes.find((type) => type === given)),
  }),
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
type ValueOf<V extends Variable<unknown>> =
  | NonNullable<ReturnType<V['read']>>
  | (V extends Optional<unknown> ? undefined : never);
export type Values = { readonly [N in Name]: ValueOf<(typeof variables)[N]> };

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
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const entries = Object.entries(variables) as [Name, Variable<unknown>][];

export function readConfig(env: Environment): ConfigReading {
  const problems: ConfigProblem[] = [];
  const given = {} as Record<Name, Given>;
  const values: Partial<Record<Name, unknown>> = {};
  for (const [name, variable] of entries) {
    const source = givenFor(name, variable, env);
    if ('code' in source) {
      problems.push(source);
      continue;
    }
    given[name] = source;
    const { text: value } = source;
    if (variable.optional === true && value === '') continue;
    const read = variable.read(value);
    if (read === undefined) {
      const shown = variable.secret === true ? 'has a value' : `is ${JSON.stringify(value)}`;
      problems.push({ code: 'value_invalid', message: `${name} ${shown}; it must be ${variable.form}` });
    }
    values[name] = read;
  }
  if (problems.length > 0) return { ok: false, problems };
  return configOf(values as Values, given);
}

interface Given {
  readonly text: string;
  readonly source: string;
}

/** An empty variable counts as absent: that is how shells and manifests leave one out. */
const textOf = (env: Environment, name: string): string | undefined =>
  env[name] === '' ? undefined : env[name];

const fileVariable = (name: string): string => `${name}_FILE`;

function givenFor(
  name: Name,
  { fallback, secret: hidden }: Variable<unknown>,
  env: Environment,
): Given | ConfigProblem {
  const own = textOf(env, name);
  const path = hidden === true ? textOf(env, fileVariable(name)) : undefined;
  if (path === undefined) {
    // A supervisor hands down every value: only one that differs was somebody's choice.
    const source = own === undefined || own === fallback ? 'default' : 'environment';
    return { text: own ?? fallback, source };
  }
  if (own !== undefined) {
    const message = `${name} and ${fileVariable(name)} are both set: set one of them`;
    return { code: 'given_twice', message };
  }
  try {
    return { text: readFileSync(path, 'utf8').trim(), source: `file ${path}` };
  } catch (error) {
    const message = `${fileVariable(name)}: ${(error as Error).message}`;
    return { code: 'file_unreadable', message };
  }
}

function configOf(values: Values, given: Record<Name, Given>): ConfigReading {
  const problems = problemsOf(values, given.TRADEENGINE_ACCOUNT.source !== 'default');
  if (problems.length > 0) return { ok: false, problems };
  const settings = settingsFrom(values.TRADEENGINE_SETTINGS_FILE, {
    ...defaultSettings,
    mode: values.TRADING_MODE,
    positionMode: values.TRADEENGINE_POSITION_MODE,
    symbols: values.TRADEENGINE_SYMBOLS,
    confidenceMin: values.TRADEENGINE_CONFIDENCE_MIN,
    signalAgeMsMax: values.TRADEENGINE_SIGNAL_AGE_MS_MAX,
    clockSkewMsMax: values.TRADEENGINE_CLOCK_SKEW_MS_MAX,
    quoteAgeMsMax: values.TRADEENGINE_QUOTE_AGE_MS_MAX,
    orderNotional: values.TRADEENGINE_ORDER_NOTIONAL,
    stopLossRate: values.TRADEENGINE_STOP_LOSS_RATE,
    unprotectedMsMax: values.TRADEENGINE_UNPROTECTED_MS_MAX,
  });
  if ('code' in settings) return { ok: false, problems: [settings] };
  const config: Config = {
    values,
    account: values.TRADEENGINE_ACCOUNT as AccountId,
    settings,
    describe: () =>
      entries.map(([name, { secret: hidden, meaning }]) => {
        const { text: value, source } = given[name];
        return `${name}=${hidden === true && value !== '' ? '[secret]' : value} (${source}): ${meaning}`;
      }),
    environment: () =>
      Object.fromEntries(
        entries.flatMap(([name]) => {
          const { text: value, source } = given[name];
          // What a file gave is handed down as a value.
          return [[name, value], ...(source.startsWith('file ') ? [[fileVariable(name), '']] : [])];
        }),
      ),
  };
  return { ok: true, config };
}

/** What the table says of one symbol. */
export const wantedOf = <T>(per: PerSymbol<T> | undefined, symbol: Symbol): T | undefined =>
  per?.named.get(symbol) ?? per?.others;

/** The contents of docs/configuration.md. */
export function configDocument(): string {
  const rows = entries.map(([name, { fallback, form, meaning, secret: hidden }]) => {
    const shown = fallback === '' ? '' : `\`${fallback}\``;
    return `| \`${name}\` | ${shown} | ${meaning}${hidden === true ? ' (a secret: never printed)' : ''} | ${form} |`;
  });
  return [
    '# Configuration',
    '',
    'Generated from `src/app/config.ts`. All of it comes from the environment, is read once at the start, and is printed',
    'then with the source of each value. Telemetry is configured by the standard `OTEL_*` and `PYROSCOPE_*` variables,',
    'and what it says of where the engine runs by those of its [resource](telemetry.md#resource).',
    '',
    'A secret may also come from a file: `BINANCE_API_SECRET_FILE` names the one with the value of `BINANCE_API_SECRET`.',
    '',
    '| variable | default | meaning | form |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## What is refused',
    '',
    'Nothing is started with a configuration that cannot be; each sentence about it ends with one of these.',
    '',
    '| code | meaning |',
    '| --- | --- |',
    ...Object.entries(configFaults).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`),
    '',
  ].join('\n');
}
