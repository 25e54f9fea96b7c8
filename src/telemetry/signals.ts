/** The kinds of telemetry, by the names that the OTEL_* variables and OTLP's paths give them. */

export const signals = ['traces', 'metrics', 'logs'] as const;
export type SignalKind = (typeof signals)[number];
