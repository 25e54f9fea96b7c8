/**
 * Pyroscope's POST /ingest: application, labels and times in the query; the profile as pprof, alone or as a part of a
 * form.
 * https://grafana.com/docs/pyroscope/latest/reference-server-api/#ingestion
 */
import { z } from 'zod';
import { failed, type Receipt } from './receipt.ts';
import type { ProfileSource } from './row.ts';

interface Ingest {
  kind: 'profile';
  source: ProfileSource;
  bytes: Uint8Array;
}
type Failed = Receipt & { kind: 'failed' };

/** Seconds, or milliseconds to nanoseconds by the number of digits. */
const time = z
  .string()
  .regex(/^\d{1,19}$/, 'expected a Unix time')
  .transform((digits) =>
    BigInt(digits.length <= 10 ? digits.padEnd(digits.length + 9, '0') : digits.padEnd(19, '0')),
  );

const querySchema = z.object({
  name: z.string().min(1).max(8_192),
  from: time.optional(),
  format: z.string().optional(),
});

const NAME = /^([^{}]+)(?:\{(.*)\})?$/;

export async function readIngest(
  query: unknown,
  contentType: string,
  body: Uint8Array<ArrayBuffer>,
  nowNs: bigint,
): Promise<Ingest | Failed> {
  const read = querySchema.safeParse(query);
  if (!read.success) {
    const issue = read.error.issues[0];
    return failed('invalid_profile', `${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { name, from, format } = read.data;
  const application = readName(name);
  if (application === undefined) {
    return failed('invalid_profile', 'name: expected application{label=value,...}');
  }
  const isForm = contentType.startsWith('multipart/form-data');
  if (format === undefined ? !isForm : format !== 'pprof') {
    return failed('unsupported', `format ${format ?? 'of the body'} is not supported; send pprof`);
  }
  const bytes = isForm ? await partOf(contentType, body) : body;
  if ('kind' in bytes) return bytes;
  return { kind: 'profile', source: { ...application, fromNs: from ?? nowNs }, bytes };
}

function readName(name: string): Omit<ProfileSource, 'fromNs'> | undefined {
  const [, service, list = ''] = NAME.exec(name) ?? [];
  if (service === undefined) return undefined;
  const labels: Record<string, string> = Object.create(null);
  for (const pair of list.split(',').filter((one) => one.trim() !== '')) {
    const middle = pair.indexOf('=');
    if (middle < 1) return undefined;
    labels[pair.slice(0, middle).trim()] = pair.slice(middle + 1).trim();
  }
  return { service: service.trim(), labels };
}

async function partOf(contentType: string, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array | Failed> {
  try {
    const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
    const part = form.get('profile');
    if (part === null) return failed('invalid_profile', 'the form has no part named profile');
    return typeof part === 'string' ? Buffer.from(part) : new Uint8Array(await part.arrayBuffer());
  } catch {
    return failed('invalid_profile', 'the body is not a form');
  }
}
