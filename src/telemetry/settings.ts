/**
 * The standard OTEL_* variables, and those of the profiles, read once.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/ and
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */

import { readFileSync } from 'node:fs';
import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import {
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from '@opentelemetry/semantic-conventions';
import { type ProfileSettings, profileSettingsOf } from './profiles/settings.ts';
import { durationMs, type Environment, isTrue, nonBlank, SettingError } from './variables.ts';

export const signals = ['traces', 'metrics', 'logs'] as const;
export type SignalKind = (typeof signals)[number];

export interface EndpointSettings {
  /** As it was configured, for people. */
  readonly url: string;
  /** host:port, or a unix: address. */
  readonly target: string;
  readonly tls: TlsSettings | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  readonly timeoutMs: number;
}

export interface TlsSettings {
  readonly rootCertificate: Buffer | null;
  readonly clientKey: Buffer | null;
  readonly clientCertificate: Buffer | null;
}

export interface TelemetrySettings {
  /** A signal without an endpoint is not exported. */
  readonly endpoints: Readonly<Record<SignalKind, EndpointSettings | undefined>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly metricIntervalMs: number;
  /** Undefined where the process is not profiled. */
  readonly profiles: ProfileSettings | undefined;
}

export type SettingsResult =
  | { readonly kind: 'on'; readonly settings: TelemetrySettings }
  | { readonly kind: 'off' }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

const SERVICE_NAME = 'petrosa-tradeengine';
const ENDPOINT = 'http://localhost:4317';
const TIMEOUT_MS = 10_000;
/** The standard's default is a minute, which is long for a page that is watched. */
const METRIC_INTERVAL_MS = 10_000;
const INTERVAL_MS_MIN = 100;
/** What gRPC metadata may be. */
const HEADER_NAME = /^[\w.-]+$/;
const HEADER_VALUE = /^[ -~]*$/;

export function readTelemetrySettings(
  env: Environment,
  about: { readonly version: string; readonly instanceId: string },
): SettingsResult {
  if (isTrue(env['OTEL_SDK_DISABLED'])) return { kind: 'off' };
  const problems: string[] = [];
  const attempt = <T>(read: () => T, fallback: T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      problems.push(error.message);
      return fallback;
    }
  };
  const settings: TelemetrySettings = {
    endpoints: {
      traces: attempt(() => endpointOf('traces', env), undefined),
      metrics: attempt(() => endpointOf('metrics', env), undefined),
      logs: attempt(() => endpointOf('logs', env), undefined),
    },
    resource: resourceOf(env, about),
    metricIntervalMs: attempt(
      () =>
        durationMs(
          'OTEL_METRIC_EXPORT_INTERVAL',
          env['OTEL_METRIC_EXPORT_INTERVAL'],
          METRIC_INTERVAL_MS,
          INTERVAL_MS_MIN,
        ),
      METRIC_INTERVAL_MS,
    ),
    profiles: attempt(() => profileSettingsOf(env), undefined),
  };
  if (problems.length > 0) return { kind: 'wrong', problems };
  const off = signals.every((signal) => settings.endpoints[signal] === undefined);
  return off ? { kind: 'off' } : { kind: 'on', settings };
}

function resourceOf(
  env: Environment,
  { version, instanceId }: { readonly version: string; readonly instanceId: string },
): Record<string, string> {
  const name = nonBlank(env['OTEL_SERVICE_NAME']);
  return {
    [ATTR_SERVICE_NAME]: SERVICE_NAME,
    [ATTR_SERVICE_VERSION]: version,
    [ATTR_SERVICE_INSTANCE_ID]: instanceId,
    ...parseKeyPairsIntoRecord(env['OTEL_RESOURCE_ATTRIBUTES']),
    ...(name === undefined ? {} : { [ATTR_SERVICE_NAME]: name }),
  };
}

function endpointOf(signal: SignalKind, env: Environment): EndpointSettings | undefined {
  const exporter = nonBlank(env[`OTEL_${signal.toUpperCase()}_EXPORTER`]) ?? 'otlp';
  if (exporter === 'none') return undefined;
  if (exporter !== 'otlp') {
    throw new SettingError(`OTEL_${signal.toUpperCase()}_EXPORTER is ${exporter}: known are otlp and none`);
  }
  /** The signal's own variable, else the one for all signals. */
  const read = (name: string): { name: string; value: string | undefined } => {
    const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`;
    const common = `OTEL_EXPORTER_OTLP_${name}`;
    const value = nonBlank(env[own]);
    return value === undefined ? { name: common, value: nonBlank(env[common]) } : { name: own, value };
  };
  const protocol = read('PROTOCOL');
  if (protocol.value !== undefined && protocol.value !== 'grpc') {
    throw new SettingError(`${protocol.name} is ${protocol.value}: only grpc is spoken`);
  }
  const compression = read('COMPRESSION');
  if (compression.value !== undefined && compression.value !== 'gzip' && compression.value !== 'none') {
    throw new SettingError(`${compression.name} is ${compression.value}: known are gzip and none`);
  }
  const timeout = read('TIMEOUT');
  const { url, target, secure } = addressOf(read('ENDPOINT'), isTrue(read('INSECURE').value));
  return {
    url,
    target,
    tls: secure
      ? {
          rootCertificate: fileOf(read('CERTIFICATE')),
          clientKey: fileOf(read('CLIENT_KEY')),
          clientCertificate: fileOf(read('CLIENT_CERTIFICATE')),
        }
      : undefined,
    headers: {
      ...headersOf('OTEL_EXPORTER_OTLP_HEADERS', env),
      ...headersOf(`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_HEADERS`, env),
    },
    gzip: compression.value === 'gzip',
    timeoutMs: durationMs(timeout.name, timeout.value, TIMEOUT_MS, 1),
  };
}

/** Values are secrets: a message never repeats one. */
function headersOf(name: string, env: Environment): Record<string, string> {
  const headers = parseKeyPairsIntoRecord(env[name]);
  for (const [header, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(header) || header.toLowerCase().endsWith('-bin') || !HEADER_VALUE.test(value)) {
      throw new SettingError(`${name} holds a header that gRPC cannot send: ${header}`);
    }
  }
  return headers;
}

/** The scheme decides about TLS; without one it is on unless the INSECURE variable says otherwise. */
function addressOf(
  { name, value = ENDPOINT }: { name: string; value: string | undefined },
  insecure: boolean,
): { url: string; target: string; secure: boolean } {
  if (value.startsWith('unix:')) return { url: value, target: value, secure: !insecure };
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(value)
    ? value
    : `${insecure ? 'http' : 'https'}://${value}`;
  const address = URL.parse(withScheme);
  if (address === null || (address.protocol !== 'http:' && address.protocol !== 'https:')) {
    throw new SettingError(`${name} is not an http or https address: ${value}`);
  }
  if (address.username !== '' || address.password !== '') {
    throw new SettingError(`${name} must not hold credentials: use OTEL_EXPORTER_OTLP_HEADERS`);
  }
  const secure = address.protocol === 'https:';
  const port = address.port === '' ? (secure ? '443' : '80') : address.port;
  return { url: withScheme, target: `${address.hostname}:${port}`, secure };
}

function fileOf({ name, value }: { name: string; value: string | undefined }): Buffer | null {
  if (value === undefined) return null;
  try {
    return readFileSync(value);
  } catch (error) {
    throw new SettingError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
