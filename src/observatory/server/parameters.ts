/**
 * What a request may ask for, checked strictly: an unknown parameter, a wrong form or an unbounded limit is an error
 * with a stable code, never ignored.
 */
import { z } from 'zod';
import { parseTime } from '../time.ts';

export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

const time = z.string().transform((text, context) => {
  const timeNs = parseTime(text);
  if (timeNs !== undefined) return timeNs;
  context.addIssue({ code: 'custom', message: 'expected RFC 3339 or milliseconds since 1970' });
  return z.NEVER;
});

const limit = (byDefault: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(1).max(most))
    .default(byDefault);

const traceId = z
  .string()
  .regex(/^[0-9a-fA-F]{32}$/, 'expected 32 hexadecimal digits')
  .transform((id) => id.toLowerCase());

const spanId = z
  .string()
  .regex(/^[0-9a-fA-F]{16}$/, 'expected 16 hexadecimal digits')
  .transform((id) => id.toLowerCase());

/** `next` of an earlier answer, or a time. */
const before = z.string().transform((text, context) => {
  const cursor = /^(\d{1,19})-([0-9a-f]{16})$/.exec(text);
  if (cursor !== null) return { timeNs: BigInt(String(cursor[1])), spanId: String(cursor[2]) };
  const timeNs = parseTime(text);
  if (timeNs !== undefined) return { timeNs, spanId: '' };
  context.addIssue({ code: 'custom', message: 'expected `next` of an earlier answer, or a time' });
  return z.NEVER;
});

export const noQuery = z.strictObject({});
export const traceParams = z.strictObject({ traceId });
export const signalsQuery = z.strictObject({ limit: limit(50, 200), before: before.optional() });
export const findQuery = z.strictObject({ id: z.string().min(1).max(256) });
export const exemplarsQuery = z.strictObject({
  trace_id: traceId.optional(),
  name: z.string().min(1).max(255).optional(),
  from: time.optional(),
  to: time.optional(),
  limit: limit(100, 1_000),
});
export const metricQuery = z.strictObject({
  name: z.string().min(1).max(255),
  from: time.optional(),
  to: time.optional(),
});
export const logsQuery = z.strictObject({
  trace_id: traceId.optional(),
  q: z.string().min(1).max(200).optional(),
  from: time.optional(),
  to: time.optional(),
  limit: limit(100, 1_000),
});

const profileFilter = {
  service: z.string().min(1).max(255).optional(),
  span_id: spanId.optional(),
  trace_id: traceId.optional(),
  from: time.optional(),
  to: time.optional(),
};
const profileType = z.string().min(1).max(64);
export const profilesQuery = z.strictObject({
  ...profileFilter,
  type: profileType.optional(),
  limit: limit(50, 200),
});
export type ProfileQuery = Omit<z.infer<typeof profilesQuery>, 'limit'>;
/** As many as an hour of one process. */
export const flameQuery = z.strictObject({ ...profileFilter, type: profileType, limit: limit(360, 360) });

export function parse<Value>(schema: z.ZodType<Value>, given: unknown): Value {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ParameterError(
    issue === undefined
      ? 'invalid parameters'
      : [issue.path.join('.'), issue.message].filter(Boolean).join(': '),
  );
}

export function requireOrdered(fromNs: bigint | undefined, toNs: bigint | undefined): void {
  if (fromNs !== undefined && toNs !== undefined && fromNs >= toNs) {
    throw new ParameterError('from: must be before to');
  }
}
