/**
 * Webhooks: signals from senders that know a secret instead of a token. A sender signs the time and the very bytes of the
 * body; what cannot sign (an alert of TradingView) carries the secret in its body, from where it is taken out at once.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { Secret } from '#core/secret.ts';
import { parseJson } from './json.ts';
import { malformedMessage } from './message.ts';
import { readSignal, type SignalReading } from './schema.ts';

/** signed: the header of a signature. tradingview: an alert with the secret in its body. */
export const webhookKinds = ['signed', 'tradingview'] as const;
export type WebhookKind = (typeof webhookKinds)[number];

export interface WebhookSource {
  readonly name: string;
  readonly kind: WebhookKind;
  /** While a secret is being replaced, the old one and the new one. */
  readonly secrets: readonly Secret[];
}

/** A signature of another time is not taken: whoever recorded a request cannot send it later. */
export const WEBHOOK_AGE_MS_MAX = 300_000;

/** The header that carries t=MILLISECONDS,v1=HEX: HMAC-SHA256 of `MILLISECONDS.BODY`. */
export const SIGNATURE_HEADER = 'x-tradeengine-signature';
const SIGNATURE = /^t=(\d{13}),v1=([0-9a-f]{64})$/i;
const SECRET_FIELD = 'secret';

export type WebhookReading = SignalReading | { readonly ok: false; readonly problem: 'not_from_sender' };

const notFromSender: WebhookReading = { ok: false, problem: 'not_from_sender' };
const timeMissing: WebhookReading = {
  ok: false,
  problem: { code: 'missing_field', message: 'timestamp is missing: an alert needs {{timenow}} there.' },
};

export function readWebhook(
  source: WebhookSource,
  signature: unknown,
  bytes: Uint8Array,
  receivedAt: Micros,
): WebhookReading {
  const receivedAtMs = Math.floor(receivedAt / MICROS_PER_MS);
  const signedAtMs =
    source.kind === 'signed' ? signingTime(source, signature, bytes, receivedAtMs) : undefined;
  if (source.kind === 'signed' && signedAtMs === undefined) return notFromSender;
  let body: unknown;
  try {
    body = parseJson(bytes);
  } catch (error) {
    return malformedMessage(error);
  }
  // The same request sent again is the same signal, whenever it arrives.
  if (signedAtMs !== undefined) return readSignal(body, signedAtMs);
  if (typeof body !== 'object' || body === null) return notFromSender;
  const { [SECRET_FIELD]: secret, ...alert } = body as Record<string, unknown>;
  const known = typeof secret === 'string' && source.secrets.some((one) => isSame(one.reveal(), secret));
  if (!known) return notFromSender;
  // Without a time of its own, an alert that is delivered twice would be two signals.
  if (alert['timestamp'] === undefined) return timeMissing;
  return readSignal(fromTradingView(alert), receivedAtMs);
}

export const signatureOf = (secret: Secret, timestampMs: number, body: Uint8Array): string =>
  createHmac('sha256', secret.reveal()).update(`${timestampMs}.`).update(body).digest('hex');

/** What the signature says, if it is the sender's and of now. */
function signingTime(
  source: WebhookSource,
  header: unknown,
  bytes: Uint8Array,
  nowMs: number,
): number | undefined {
  const [, time, signature] = SIGNATURE.exec(typeof header === 'string' ? header : '') ?? [];
  if (time === undefined || signature === undefined) return undefined;
  const timestampMs = Number.parseInt(time, 10);
  if (Math.abs(nowMs - timestampMs) > WEBHOOK_AGE_MS_MAX) return undefined;
  const sent = signature.toLowerCase();
  return source.secrets.some((secret) => isSame(signatureOf(secret, timestampMs, bytes), sent))
    ? timestampMs
    : undefined;
}

/** In a time that does not tell where they differ. */
function isSame(known: string, sent: string): boolean {
  const [a, b] = [known, sent].map((text) => createHmac('sha256', 'compared').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/**
 * The fields of a signal, as docs/webhooks.md lets an alert name them. A perpetual is BTCUSDT.P there, and a strategy
 * that leaves the market says so by its position.
 * https://www.tradingview.com/support/solutions/43000531021-how-to-use-a-variable-value-in-alert/
 */
function fromTradingView(alert: Record<string, unknown>): Record<string, unknown> {
  const { market_position: position, symbol, ...rest } = alert;
  return {
    ...rest,
    ...(symbol === undefined
      ? {}
      : { symbol: typeof symbol === 'string' ? symbol.replace(/\.P$/, '') : symbol }),
    ...(position === 'flat' ? { action: 'close' } : {}),
  };
}
