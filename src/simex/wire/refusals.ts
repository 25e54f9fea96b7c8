/**
 * What the wire itself refuses, before an exchange sees the request or instead of telling what it did.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code
 * https://github.com/binance/binance-spot-api-docs/blob/master/errors.md
 */
import { type Refusal, refuse } from '../matching/result.ts';

// Requests
export const duplicateParameter = (): Refusal => refuse(-1101, 'Duplicate values for a parameter detected.');
export const recvWindowTooLarge = (): Refusal => refuse(-1131, 'recvWindow must be less than 60000');
export const outsideRecvWindow = (): Refusal =>
  refuse(-1021, 'Timestamp for this request is outside of the recvWindow.');
export const aheadOfServerTime = (): Refusal =>
  refuse(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
export const invalidSignature = (): Refusal => refuse(-1022, 'Signature for this request is not valid.');
export const malformedApiKey = (): Refusal => ({ ...refuse(-2014, 'API-key format invalid.'), status: 401 });
export const unknownApiKey = (): Refusal => ({
  ...refuse(-2015, 'Invalid API-key, IP, or permissions for action.'),
  status: 401,
});
export const unknownPath = (path: string, method: string): Refusal => ({
  ...refuse(-5000, `Path ${path}, Method ${method} is invalid`),
  status: 404,
});

// Limits
export const tooManyRequests = (perMinute: number): Refusal =>
  refuse(
    -1003,
    `Too many requests; current limit is ${perMinute} requests per minute. ` +
      'Please use the websocket for live updates to avoid polling the API.',
  );
export const banned = (untilMs: number): Refusal =>
  refuse(
    -1003,
    `Way too many requests; IP banned until ${untilMs}. ` +
      'Please use the websocket for live updates to avoid bans.',
  );
export const tooManyOrders = (limit: number, interval: string): Refusal =>
  refuse(-1015, `Too many new orders; current limit is ${limit} orders per ${interval}.`);

// Overload: the request was not carried out
export const serviceUnavailable = (): Refusal => refuse(-1000, 'Service Unavailable.');
export const internalError = (): Refusal =>
  refuse(-1001, 'Internal error; unable to process your request. Please try again.');
export const throttledBySystem = (): Refusal =>
  refuse(
    -1008,
    'Request throttled by system-level protection. ' +
      'Reduce-only/close-position orders are exempt. Please try again.',
  );

// Outcomes that say nothing about what happened
export const unknownError = (): Refusal =>
  refuse(-1000, 'Unknown error, please check your request or try again later.');
export const busError = (): Refusal =>
  refuse(-1006, 'An unexpected response was received from the message bus. Execution status unknown.');
export const backendTimeout = (): Refusal =>
  refuse(
    -1007,
    'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
  );
