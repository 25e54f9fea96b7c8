/**
 * Where one signal goes, and how, by the OTEL_EXPORTER_OTLP_* variables.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */

import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SignalKind } from '../signals.ts';
import {
  durationMs,
  type Environment,
  fileOf,
  isTrue,
  oneOf,
  pairsOf,
  SettingError,
  type Variable,
  variable,
} from '../variables.ts';

export interface EndpointSettings {
  readonly protocol: Protocol;
  /** Of gRPC scheme, host and port, or a unix: address; of HTTP the whole address that is posted to. */
  readonly url: string;
  readonly tls: TlsSettings | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  readonly timeoutMs: number;
}

export interface TlsSettings {
  readonly rootCertificate: Buffer | undefined;
  readonly clientKey: Buffer | undefined;
  readonly clientCertificate: Buffer | undefined;
}

const protocols = ['grpc', 'http/protobuf'] as const;
type Protocol = (typeof protocols)[number];

/** Where it goes, by protocol, unless a variable says otherwise. */
export type DefaultEndpoints = Readonly<Record<Protocol, string>>;
export const standardEndpoints: DefaultEndpoints = {
  grpc: 'http://localhost:4317',
  'http/protobuf': 'http://localhost:4318',
};
const TIMEOUT_MS = 10_000;
/** What gRPC metadata may be; HTTP would take more. */
const HEADER_NAME = /^[\w.-]+$/;
const HEADER_VALUE = /^[ -~]*$/;

interface Source {
  /** The signal's own variable, else the one for all signals. */
  readonly read: (name: string) => Variable;
  readonly own: (name: string) => Variable;
  readonly common: (name: string) => Variable;
}

function sourceOf(signal: SignalKind, env: Environment): Source {
  const own = (name: string) => variable(env, `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`);
  const common = (name: string) => variable(env, `OTEL_EXPORTER_OTLP_${name}`);
  const read = (name: string) => (own(name).value === undefined ? common(name) : own(name));
  return { own, common, read };
}

/** Undefined where the signal is not exported. */
export function endpointOf(
  signal: SignalKind,
  env: Environment,
  defaults: DefaultEndpoints,
): EndpointSettings | undefined {
  const exporter = variable(env, `OTEL_${signal.toUpperCase()}_EXPORTER`);
  if (oneOf(exporter, ['otlp', 'none'], 'otlp') === 'none') return undefined;
  const source = sourceOf(signal, env);
  const { read } = source;
  const protocol = oneOf(read('PROTOCOL'), protocols, 'grpc');
  const url =
    protocol === 'grpc' ? grpcUrl(source, defaults.grpc) : httpUrl(source, signal, defaults['http/protobuf']);
  return {
    protocol,
    url,
    tls: isSecure(url, source) ? tlsOf(source) : undefined,
    headers: { ...headersOf(source.common('HEADERS')), ...headersOf(source.own('HEADERS')) },
    gzip: oneOf(read('COMPRESSION'), ['gzip', 'none'], 'none') === 'gzip',
    timeoutMs: durationMs(read('TIMEOUT'), TIMEOUT_MS, 1),
  };
}

/** What cannot be used shows here, and not when a connection is made. */
function tlsOf({ read }: Source): TlsSettings {
  const ca = read('CERTIFICATE');
  const key = read('CLIENT_KEY');
  const cert = read('CLIENT_CERTIFICATE');
  const tls = { rootCertificate: fileOf(ca), clientKey: fileOf(key), clientCertificate: fileOf(cert) };
  if ((tls.clientKey === undefined) !== (tls.clientCertificate === undefined)) {
    throw new SettingError(`${key.name} and ${cert.name} go together`);
  }
  const { rootCertificate, clientKey, clientCertificate } = tls;
  // A context takes a root without any certificate in it.
  if (rootCertificate !== undefined) usable(ca, () => new X509Certificate(rootCertificate));
  if (clientCertificate !== undefined) usable(cert, () => new X509Certificate(clientCertificate));
  usable(key, () => createSecureContext({ key: clientKey, cert: clientCertificate }));
  return tls;
}

function usable({ name, value }: Variable, use: () => unknown): void {
  try {
    use();
  } catch (error) {
    throw new SettingError(`${name}: ${value} cannot be used for TLS: ${String(error)}`);
  }
}

/** The scheme decides about TLS; gRPC without one has it unless the INSECURE variable says otherwise. */
function grpcUrl({ read }: Source, fallback: string): string {
  const { name, value = fallback } = read('ENDPOINT');
  if (value.startsWith('unix:')) return value;
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(value);
  const scheme = isTrue(read('INSECURE')) ? 'http' : 'https';
  const url = hasScheme ? value : `${scheme}://${value}`;
  checked(name, url);
  return url;
}

/** The signal's own endpoint is used as it is; the common one is a base. */
function httpUrl({ own, common }: Source, signal: SignalKind, fallback: string): string {
  const { name, value } = own('ENDPOINT');
  if (value !== undefined) return checked(name, value).href;
  const base = common('ENDPOINT');
  const address = checked(base.name, base.value ?? fallback);
  address.pathname = `${address.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return address.href;
}

const isSecure = (url: string, { read }: Source): boolean =>
  url.startsWith('unix:') ? !isTrue(read('INSECURE')) : /^https:/i.test(url);

function checked(name: string, value: string): URL {
  const address = URL.parse(value);
  if (address === null || (address.protocol !== 'http:' && address.protocol !== 'https:')) {
    throw new SettingError(`${name} is not an http or https address: ${value}`);
  }
  if (address.username !== '' || address.password !== '') {
    throw new SettingError(`${name} must not hold credentials: use OTEL_EXPORTER_OTLP_HEADERS`);
  }
  return address;
}

function headersOf(from: Variable): Record<string, string> {
  const headers = pairsOf(from);
  for (const [header, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(header) || header.toLowerCase().endsWith('-bin') || !HEADER_VALUE.test(value)) {
      throw new SettingError(`${from.name} holds a header that cannot be sent: ${header}`);
    }
  }
  return headers;
}
