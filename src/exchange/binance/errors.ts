/**
 * What each answer that is not a success means. Codes that all venues share are here, a venue adds its own; a code has one
 * meaning. docs/exchange-errors.md is generated from these tables.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */

import type { ExchangeRefusal } from '#core/order.ts';

/**
 * refused: certainly not applied. unknown: it may have been applied. missing: no such order. clock: our timestamp
 * is off, nothing was applied. duplicate: an open order has this client id already. unchanged: it is so already.
 */
export type Meaning =
  | { readonly kind: 'refused'; readonly refusal: ExchangeRefusal }
  | { readonly kind: 'unknown' | 'missing' | 'clock' | 'duplicate' | 'unchanged' | 'no_listen_key' };

const refused = (refusal: ExchangeRefusal): Meaning => ({ kind: 'refused', refusal });
export const UNKNOWN: Meaning = { kind: 'unknown' };
export const UNAVAILABLE: Meaning = refused('unavailable');
export const THROTTLED: Meaning = refused('throttled');

/** The exchange will go on refusing until a person has changed key or account. */
export const needsOperator = (meaning: Meaning): boolean =>
  meaning.kind === 'refused' && meaning.refusal === 'not_authorised';

interface ErrorRow {
  readonly code: number;
  readonly meaning: Meaning;
  readonly text: string;
}
export type ErrorTable = ReadonlyMap<number, ErrorRow>;

/** Codes under what they mean, with what the exchange says. */
type Groups = Readonly<
  Partial<
    Record<ExchangeRefusal | Exclude<Meaning['kind'], 'refused'>, Readonly<Record<`-${number}`, string>>>
  >
>;

const otherKinds = {
  unknown: UNKNOWN,
  missing: { kind: 'missing' },
  clock: { kind: 'clock' },
  duplicate: { kind: 'duplicate' },
  unchanged: { kind: 'unchanged' },
  no_listen_key: { kind: 'no_listen_key' },
} as const satisfies Record<Exclude<Meaning['kind'], 'refused'>, Meaning>;

const common: Groups = {
  throttled: {
    '-1003': 'Too many requests',
    '-1008': 'Request throttled by system-level protection',
    '-1015': 'Too many new orders',
  },
  unavailable: {
    '-1001': 'Internal error; unable to process your request. Please try again',
    '-1016': 'This service is no longer available',
  },
  unknown: {
    '-1000': 'An unknown error occurred while processing the request',
    '-1006': 'An unexpected response was received from the message bus. Execution status unknown',
    '-1007':
      'Timeout waiting for response from backend server. Send status unknown; execution status unknown',
  },
  clock: { '-1021': 'Timestamp for this request is outside of the recvWindow' },
  no_listen_key: { '-1125': 'This listenKey does not exist' },
  missing: { '-2011': 'Unknown order sent', '-2013': 'Order does not exist' },
  not_authorised: {
    '-1002': 'You are not authorized to execute this request',
    '-1022': 'Signature for this request is not valid',
    '-1099': 'Not found, unauthenticated, or unauthorized',
    '-2014': 'API-key format invalid',
    '-2015': 'Invalid API-key, IP, or permissions for action',
  },
  filter: { '-1111': 'Precision is over the maximum defined for this asset' },
  other: {
    '-1014': 'Unsupported order combination',
    '-1020': 'This operation is not supported',
    '-1023': 'Start time is greater than end time',
    '-1100': 'Illegal characters found in a parameter',
    '-1101': 'Too many parameters sent for this endpoint',
    '-1102': 'A mandatory parameter was not sent, was empty/null, or malformed',
    '-1103': 'An unknown parameter was sent',
    '-1104': 'Not all sent parameters were read',
    '-1105': 'A parameter was empty',
    '-1106': 'A parameter was sent when not required',
    '-1112': 'No orders on book for symbol',
    '-1114': 'TimeInForce parameter sent when not required',
    '-1115': 'Invalid timeInForce',
    '-1116': 'Invalid orderType',
    '-1117': 'Invalid side',
    '-1118': 'New client order ID was empty',
    '-1119': 'Original client order ID was empty',
    '-1121': 'Invalid symbol',
    '-1127': 'Lookup interval is too big',
    '-1128': 'Combination of optional parameters invalid',
    '-1130': 'Invalid data sent for a parameter',
    '-1131': 'recvWindow must be less than 60000',
    '-2010': 'New order rejected',
  },
};

/** @throws Error if a code has two meanings */
export function errorTable(own: Groups): ErrorTable {
  const table = new Map<number, ErrorRow>();
  for (const [meaning, listed] of [...Object.entries(common), ...Object.entries(own)]) {
    for (const [text, says] of Object.entries(listed)) {
      const code = Number.parseInt(text, 10);
      if (table.has(code)) throw new Error(`${code} has two meanings`);
      table.set(code, { code, meaning: meaningCalled(meaning), text: says });
    }
  }
  return table;
}

const meaningCalled = (name: string): Meaning =>
  Object.hasOwn(otherKinds, name)
    ? otherKinds[name as keyof typeof otherKinds]
    : refused(name as ExchangeRefusal);

/** 503 has three texts: these two say that the request failed, the third ("Unknown error, ...") leaves it open. */
const FAILED_503 = [
  'Service Unavailable.',
  'Internal error; unable to process your request. Please try again.',
];

/**
 * A code that is not listed is unknown: the request could have been applied.
 * @param message the error's msg, or the raw body where it has none
 */
export function meaningOf(
  table: ErrorTable,
  status: number,
  code: number | undefined,
  message: string,
): Meaning {
  if (status === 429 || status === 418) return THROTTLED;
  // The web application firewall: the request never reached the exchange.
  if (status === 403) return UNAVAILABLE;
  if (status === 503 && code !== -1008) {
    return FAILED_503.some((text) => message.includes(text)) ? UNAVAILABLE : UNKNOWN;
  }
  // 408 and the other 5xx: the documentation calls the execution status unknown, whatever the code.
  if (status === 408 || (status >= 500 && status !== 503)) return UNKNOWN;
  return (code === undefined ? undefined : table.get(code)?.meaning) ?? UNKNOWN;
}
