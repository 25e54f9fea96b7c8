/**
 * The standard OTEL_* variables, and those of the profiles, read once.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */

import {
  type DefaultEndpoints,
  type EndpointSettings,
  endpointOf,
  standardEndpoints,
} from './export/endpoint.ts';
import { type ProfileSettings, profileSettingsOf } from './profiles/settings.ts';
import { type Program, type Resource, resourceOf } from './resource.ts';
import { type SignalKind, signals } from './signals.ts';
import { durationMs, type Environment, isTrue, SettingError, variable } from './variables.ts';

export interface TelemetrySettings {
  /** A signal without an endpoint is not exported. */
  readonly endpoints: Readonly<Record<SignalKind, EndpointSettings | undefined>>;
  readonly resource: Resource;
  readonly metricIntervalMs: number;
  /** Undefined where the process is not profiled. */
  readonly profiles: ProfileSettings | undefined;
}

export type SettingsResult =
  | { readonly kind: 'on'; readonly settings: TelemetrySettings }
  | { readonly kind: 'off' }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

/** The standard's default is a minute, which is long for a page that is watched. */
const METRIC_INTERVAL_MS = 10_000;
const INTERVAL_MS_MIN = 100;

export interface ProgramSettings extends Program {
  readonly defaultEndpoints?: DefaultEndpoints | undefined;
}

export function readTelemetrySettings(env: Environment, program: ProgramSettings): SettingsResult {
  if (isTrue(variable(env, 'OTEL_SDK_DISABLED'))) return { kind: 'off' };
  const { defaultEndpoints = standardEndpoints } = program;
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
  const interval = variable(env, 'OTEL_METRIC_EXPORT_INTERVAL');
  const settings: TelemetrySettings = {
    endpoints: {
      traces: attempt(() => endpointOf('traces', env, defaultEndpoints), undefined),
      metrics: attempt(() => endpointOf('metrics', env, defaultEndpoints), undefined),
      logs: attempt(() => endpointOf('logs', env, defaultEndpoints), undefined),
    },
    resource: attempt(() => resourceOf(env, program), {}),
    metricIntervalMs: attempt(
      () => durationMs(interval, METRIC_INTERVAL_MS, INTERVAL_MS_MIN),
      METRIC_INTERVAL_MS,
    ),
    profiles: attempt(() => profileSettingsOf(env), undefined),
  };
  if (problems.length > 0) return { kind: 'wrong', problems };
  const off = signals.every((signal) => settings.endpoints[signal] === undefined);
  return off ? { kind: 'off' } : { kind: 'on', settings };
}
