/**
 * What each answer that is not a success means, in one table.
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

const refusalCodes: Record<ExchangeRefusal, readonly number[]> = {
  would_trigger: [-2021],
  nothing_to_reduce: [
    -2022, // ReduceOnly Order is rejected
    -2024, // Position is not sufficient
    -4118, // ReduceOnly Order failed, check your existing position and open orders
    -4509, // GTE can only be used with open positions
  ],
  insufficient_margin: [
    -2018, // Balance is insufficient
    -2019, // Margin is insufficient
    -2027, // Exceeded the maximum allowable position at current leverage
    -2028, // Leverage is smaller than permitted: insufficient margin balance
  ],
  filter: [
    -1111, // Precision is over the maximum defined for this asset
    -4001, // Price less than 0
    -4002, // Price greater than max price
    -4003, // Quantity less than zero
    -4004, // Quantity less than min quantity
    -4005, // Quantity greater than max quantity
    -4006, // Stop price less than zero
    -4007, // Stop price greater than max price
    -4013, // Price less than min price
    -4014, // Price not increased by tick size
    -4016, // Limit price above the cap
    -4023, // Quantity not increased by step size
    -4024, // Limit price below the floor
    -4131, // The counterparty's best price does not meet PERCENT_PRICE
    -4164, // Notional too small
    -4183, // Stop price above the cap
    -4184, // Stop price below the floor
  ],
  throttled: [
    -1003, // Too many requests
    -1008, // Request throttled by system-level protection
    -1015, // Too many new orders
  ],
  unavailable: [
    -1001, // Internal error; unable to process your request. Please try again
    -1016, // This service is no longer available
    -2023, // User in liquidation mode now
    -5028, // Timestamp for this request is outside of the ME recvWindow
  ],
  not_authorised: [
    -1002, // You are not authorized to execute this request
    -1005, // No such IP has been white listed
    -1011, // This IP cannot access this route
    -1022, // Signature for this request is not valid
    -1099, // Not found, unauthenticated, or unauthorized
    -2014, // API-key format invalid
    -2015, // Invalid API-key, IP, or permissions for action
    -2017, // API keys are locked on this account
  ],
  too_many_orders: [
    -2025, // Reach max open order limit
    -4045, // Reach max stop order limit
  ],
  other: [
    -1014, // Unsupported order combination
    -1020, // This operation is not supported
    -1100, // Illegal characters
    -1101, // Too many parameters
    -1102, // Mandatory parameter empty or malformed
    -1103, // Unknown parameter
    -1104, // Unread parameters
    -1105, // Parameter empty
    -1106, // Parameter not required
    -1112, // No orders on book for symbol
    -1114, // TimeInForce not required
    -1115, // Invalid timeInForce
    -1116, // Invalid orderType
    -1117, // Invalid side
    -1118, // Empty new client order id
    -1121, // Invalid symbol
    -1128, // Combination of optional parameters invalid
    -1130, // Invalid data sent for a parameter
    -1131, // recvWindow too large
    -1136, // Invalid newOrderRespType
    -2010, // New order rejected
    -2020, // Unable to fill
    -2026, // This OrderType is not supported when reduceOnly
    -4015, // Client order id length
    -4061, // Order's position side does not match user's setting
    -4062, // Invalid or improper reduceOnly value
    -4067, // Position side cannot be changed if there exists open orders
    -4068, // Position side cannot be changed if there exists position
    -4120, // Order type not supported for this endpoint
    -4129, // Time in Force GTE and invalid working type
    -4130, // An open stop or take profit order with closePosition is existing
    -4135, // Invalid activation price
    -4136, // closePosition does not fit the order type
    -4137, // Quantity must be zero with closePosition
    -4138, // Reduce only must be true with closePosition
    -4140, // Invalid symbol status for opening position
    -4141, // Symbol is closed
    -4144, // Invalid pair
    -4192, // Trade forbidden due to the cooling-off period
    -4400, // Quantitative rules violated, only reduceOnly order is allowed
    -5021, // The FOK order has been rejected
    -5022, // The Post Only order will be rejected
  ],
};

const codes: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  ...Object.entries(refusalCodes).flatMap(([refusal, listed]) =>
    listed.map((code): [number, Meaning] => [code, refused(refusal as ExchangeRefusal)]),
  ),
  [-1000, UNKNOWN], // An unknown error occurred while processing the request
  [-1006, UNKNOWN], // Unexpected response from the message bus. Execution status unknown
  [-1007, UNKNOWN], // Timeout waiting for response from backend server. Execution status unknown
  [-1021, { kind: 'clock' }],
  [-1125, { kind: 'no_listen_key' }],
  [-2011, { kind: 'missing' }], // Unknown order sent
  [-2013, { kind: 'missing' }], // Order does not exist
  [-4046, { kind: 'unchanged' }], // No need to change margin type
  [-4059, { kind: 'unchanged' }], // No need to change position side
  [-4171, { kind: 'unchanged' }], // Adjusted asset mode is currently set
  [-4116, { kind: 'duplicate' }], // clientOrderId is duplicated
]);

/** 503 has three texts: these two say that the request failed, the third ("Unknown error, ...") leaves it open. */
const FAILED_503 = [
  'Service Unavailable.',
  'Internal error; unable to process your request. Please try again.',
];

/** @param message the error's msg, or the raw body where it has none */
export function meaningOf(status: number, code: number | undefined, message: string): Meaning {
  if (status === 429 || status === 418) return THROTTLED;
  // The web application firewall: the request never reached the exchange.
  if (status === 403) return UNAVAILABLE;
  if (status === 503 && code !== -1008) {
    return FAILED_503.some((text) => message.includes(text)) ? UNAVAILABLE : UNKNOWN;
  }
  // 408 and the other 5xx: the documentation calls the execution status unknown, whatever the code.
  if (status === 408 || (status >= 500 && status !== 503)) return UNKNOWN;
  return (code === undefined ? undefined : codes.get(code)) ?? UNKNOWN;
}
