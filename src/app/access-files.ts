/** Who may use the API: the files that name tokens by their hashes and the secrets of webhooks, read once at the start. */

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type KnownToken, scopes } from '#api/access.ts';
import { Secret } from '#core/secret.ts';
import { type WebhookSource, webhookKinds } from '#intake/webhook.ts';
import { HOST } from './addresses.ts';
import type { Config } from './config.ts';

const LISTED_MAX = 1_000;
const SECRET_LENGTH_MIN = 16;
const name = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);

const tokensFile = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        name,
        scopes: z.array(z.enum(scopes)).min(1),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(LISTED_MAX),
});

const webhooksFile = z.strictObject({
  webhooks: z
    .array(
      z.strictObject({
        name,
        kind: z.enum(webhookKinds),
        secrets: z.array(z.string().min(SECRET_LENGTH_MIN).max(256)).min(1).max(4),
      }),
    )
    .max(LISTED_MAX),
});

export interface Access {
  readonly tokens: readonly KnownToken[];
  readonly webhooks: readonly WebhookSource[];
}

export type AccessReading =
  | { readonly ok: true; readonly access: Access }
  | { readonly ok: false; readonly problems: readonly string[] };

export function readAccess({ values }: Pick<Config, 'values'>): AccessReading {
  const problems: string[] = [];
  const read = <T>(
    variable: 'TRADEENGINE_TOKENS_FILE' | 'TRADEENGINE_WEBHOOKS_FILE',
    schema: z.ZodType<T>,
  ) => {
    if (values[variable] === '') return undefined;
    const file = readJson(values[variable], schema);
    if (!file.ok) problems.push(`${variable}: ${file.problem}`);
    return file.ok ? file.value : undefined;
  };
  const { tokens = [] } = read('TRADEENGINE_TOKENS_FILE', tokensFile) ?? {};
  const { webhooks = [] } = read('TRADEENGINE_WEBHOOKS_FILE', webhooksFile) ?? {};
  problems.push(
    ...repeated('TRADEENGINE_TOKENS_FILE', tokens),
    ...repeated('TRADEENGINE_WEBHOOKS_FILE', webhooks),
  );
  if (problems.length === 0 && tokens.length === 0 && values.TRADEENGINE_HOST !== HOST) {
    problems.push(
      'TRADEENGINE_HOST opens the API to other machines: that needs tokens. Make one with `tradeengine token NAME`, and name their file in TRADEENGINE_TOKENS_FILE.',
    );
  }
  if (problems.length > 0) return { ok: false, problems };
  const sources = webhooks.map(({ secrets, ...source }) => ({
    ...source,
    secrets: secrets.map((secret) => new Secret(secret)),
  }));
  return { ok: true, access: { tokens, webhooks: sources } };
}

type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** What is wrong is told without what the file holds. */
function readJson<T>(path: string, schema: z.ZodType<T>): Reading<T> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const cause = error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${codeOf(error)})`;
    return { ok: false, problem: `${path} ${cause}` };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  return { ok: false, problem: `${path}: ${issue?.path.join('.')}: ${issue?.code}` };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

const repeated = (variable: string, entries: readonly { name: string }[]): string[] =>
  entries
    .filter(({ name: one }, index) => entries.findIndex((other) => other.name === one) !== index)
    .map(({ name: one }) => `${variable}: ${one} is there twice`);
