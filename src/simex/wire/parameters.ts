/**
 * The parameters of a request, the text that its signature is over, and the time in which it is valid.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */
import { missingParameter, type Refusal } from '../matching/result.ts';
import * as refusals from './refusals.ts';

export type Parameters = Readonly<Record<string, string | undefined>>;

const RECV_WINDOW_DEFAULT_MS = 5000;
const RECV_WINDOW_MAX_MS = 60_000;
const AHEAD_MAX_MS = 1000;

/** Of a REST request, exactly as it came: query and body without the signature, nothing between them. */
export const signedText = (rawQuery: string, rawBody: string): string =>
  withoutSignature(rawQuery) + withoutSignature(rawBody);

const withoutSignature = (raw: string): string =>
  raw
    .split('&')
    .filter((pair) => !pair.startsWith('signature='))
    .join('&');

/** Of a request of the WebSocket API: sorted by name. */
export const signedParameters = (parameters: Parameters): string =>
  Object.keys(parameters)
    .filter((name) => name !== 'signature')
    .sort()
    .map((name) => `${name}=${parameters[name]}`)
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

export function checkTimestamp(parameters: Parameters, serverTimeMs: number): Refusal | undefined {
  const timestamp = wholeNumber(parameters['timestamp']);
  if (timestamp === undefined) return missingParameter('timestamp');
  const sent = parameters['recvWindow'];
  const recvWindow = sent === undefined ? RECV_WINDOW_DEFAULT_MS : wholeNumber(sent);
  if (recvWindow === undefined) return missingParameter('recvWindow');
  if (recvWindow > RECV_WINDOW_MAX_MS) return refusals.recvWindowTooLarge();
  if (timestamp >= serverTimeMs + AHEAD_MAX_MS) return refusals.aheadOfServerTime();
  return serverTimeMs - timestamp <= recvWindow ? undefined : refusals.outsideRecvWindow();
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** What routes see, and what is stored of a call. */
export function withoutSecurity(parameters: Parameters): Parameters {
  const {
    apiKey: _apiKey,
    signature: _signature,
    timestamp: _timestamp,
    recvWindow: _recvWindow,
    ...rest
  } = parameters;
  return rest;
}
