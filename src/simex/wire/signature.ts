/**
 * What a signed request must carry: an API key, a signature over the raw query and the raw body, and a timestamp
 * inside the receive window. https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as refusals from '../usdm/refusals.ts';
import type { Refusal } from '../usdm/types.ts';

export interface Credentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

export type Parameters = Readonly<Record<string, string | undefined>>;

const RECV_WINDOW_DEFAULT_MS = 5000;
const RECV_WINDOW_MAX_MS = 60_000;
const AHEAD_MAX_MS = 1000;
const HEX_DIGEST = /^[0-9a-f]{64}$/i;

export const sign = (payload: string, secret: string): string =>
  createHmac('sha256', secret).update(payload).digest('hex');

/** The exact text that was signed: query and body without the signature, nothing between them. */
export const signedPayload = (rawQuery: string, rawBody: string): string =>
  withoutSignature(rawQuery) + withoutSignature(rawBody);

const withoutSignature = (raw: string): string =>
  raw
    .split('&')
    .filter((pair) => !pair.startsWith('signature='))
    .join('&');

/** Both sources as one; the query wins. A name twice in one source is refused. */
export function readParameters(rawQuery: string, rawBody: string): Parameters | Refusal {
  const parameters: Record<string, string> = Object.create(null);
  for (const raw of [rawBody, rawQuery]) {
    const seen = new Set<string>();
    for (const [name, value] of new URLSearchParams(raw)) {
      if (seen.has(name)) return refusals.duplicateParameter();
      seen.add(name);
      parameters[name] = value;
    }
  }
  return parameters;
}

export function checkApiKey(sent: string | undefined, known: string): Refusal | undefined {
  if (sent === undefined || sent === '') return refusals.malformedApiKey();
  return sent === known ? undefined : refusals.unknownApiKey();
}

export function checkTimestamp(parameters: Parameters, serverTimeMs: number): Refusal | undefined {
  const timestamp = wholeNumber(parameters['timestamp']);
  if (timestamp === undefined) return refusals.missingParameter('timestamp');
  const sent = parameters['recvWindow'];
  const recvWindow = sent === undefined ? RECV_WINDOW_DEFAULT_MS : wholeNumber(sent);
  if (recvWindow === undefined) return refusals.missingParameter('recvWindow');
  if (recvWindow > RECV_WINDOW_MAX_MS) return refusals.recvWindowTooLarge();
  if (timestamp >= serverTimeMs + AHEAD_MAX_MS) return refusals.aheadOfServerTime();
  return serverTimeMs - timestamp <= recvWindow ? undefined : refusals.outsideRecvWindow();
}

export function checkSignature(
  rawQuery: string,
  rawBody: string,
  parameters: Parameters,
  secret: string,
): Refusal | undefined {
  const signature = parameters['signature'];
  if (signature === undefined || signature === '') return refusals.missingParameter('signature');
  if (!HEX_DIGEST.test(signature)) return refusals.invalidSignature();
  const expected = Buffer.from(sign(signedPayload(rawQuery, rawBody), secret), 'hex');
  return timingSafeEqual(Buffer.from(signature, 'hex'), expected) ? undefined : refusals.invalidSignature();
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
