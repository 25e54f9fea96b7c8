/**
 * The PYROSCOPE_* variables. Their names are those of Grafana's own clients.
 * https://grafana.com/docs/pyroscope/latest/configure-client/language-sdks/nodejs/
 */

import { durationMs, type Environment, oneOf, SettingError, variable } from '../variables.ts';

export interface ProfileSettings {
  /** Without a slash at its end. */
  readonly serverAddress: string;
  /** The value of the header; a secret. */
  readonly authorization: string | undefined;
  readonly intervalMs: number;
}

const SERVER_ADDRESS = 'http://localhost:4040';
const INTERVAL_MS = 10_000;
const INTERVAL_MS_MIN = 100;

/** Undefined when profiling is switched off. */
export function profileSettingsOf(env: Environment): ProfileSettings | undefined {
  if (!isEnabled(env)) return undefined;
  return {
    serverAddress: serverAddressOf(variable(env, 'PYROSCOPE_SERVER_ADDRESS').value ?? SERVER_ADDRESS),
    authorization: authorizationOf(env),
    intervalMs: durationMs(variable(env, 'PYROSCOPE_FLUSH_INTERVAL_MS'), INTERVAL_MS, INTERVAL_MS_MIN),
  };
}

function isEnabled(env: Environment): boolean {
  const { name, value } = variable(env, 'PYROSCOPE_PROFILING_ENABLED');
  return oneOf({ name, value: value?.toLowerCase() }, ['true', 'false'], 'true') === 'true';
}

function serverAddressOf(value: string): string {
  const address = URL.parse(value);
  if (address === null || (address.protocol !== 'http:' && address.protocol !== 'https:')) {
    throw new SettingError(`PYROSCOPE_SERVER_ADDRESS is not an http or https address: ${value}`);
  }
  if (address.username !== '' || address.password !== '') {
    throw new SettingError(
      'PYROSCOPE_SERVER_ADDRESS must not hold credentials: use PYROSCOPE_BASIC_AUTH_USER',
    );
  }
  return `${address.origin}${address.pathname}`.replace(/\/+$/, '');
}

function authorizationOf(env: Environment): string | undefined {
  const user = variable(env, 'PYROSCOPE_BASIC_AUTH_USER').value;
  const password = variable(env, 'PYROSCOPE_BASIC_AUTH_PASSWORD').value;
  if (user === undefined && password === undefined) return undefined;
  if (user === undefined || password === undefined) {
    throw new SettingError(
      'PYROSCOPE_BASIC_AUTH_USER and PYROSCOPE_BASIC_AUTH_PASSWORD go together: one of them is not set',
    );
  }
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
