/** The column types that the queries read back, checked on the way: JSON text becomes its value again. */
import { z } from 'zod';
import type { Attributes } from '../answers.ts';

export const nanoseconds = z.bigint();

const attributesSchema = z.record(z.string(), z.json());

export const attributesColumn = z
  .string()
  .transform((text): Attributes => attributesSchema.parse(JSON.parse(text)));

const severities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** OpenTelemetry's severity numbers come in six groups of four. */
export function severityName(severityNumber: number): string {
  return severities[Math.ceil(severityNumber / 4) - 1] ?? 'unspecified';
}
