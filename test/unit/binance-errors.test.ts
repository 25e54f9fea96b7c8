import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorTable, type Meaning, meaningOf, needsOperator } from '#exchange/binance/errors.ts';
import { usdm } from '#exchange/binance/usdm/venue.ts';

const show = (meaning: Meaning) => (meaning.kind === 'refused' ? meaning.refusal : meaning.kind);

const rows: readonly [status: number, code: number | undefined, message: string, expected: string][] = [
  [400, -2021, 'Order would immediately trigger.', 'would_trigger'],
  [400, -2022, 'ReduceOnly Order is rejected.', 'nothing_to_reduce'],
  [400, -4118, 'ReduceOnly Order Failed.', 'nothing_to_reduce'],
  [400, -4509, 'GTE can only be used with open positions.', 'nothing_to_reduce'],
  [400, -2019, 'Margin is insufficient.', 'insufficient_margin'],
  [400, -2027, 'Exceeded the maximum allowable position at current leverage.', 'insufficient_margin'],
  [400, -1111, 'Precision is over the maximum defined for this asset.', 'filter'],
  [400, -4003, 'Quantity less than zero.', 'filter'],
  [400, -4014, 'Price not increased by tick size.', 'filter'],
  [400, -4016, "Limit price can't be higher than 1.", 'filter'],
  [400, -4023, 'Qty not increased by step size.', 'filter'],
  [400, -4024, "Limit price can't be lower than 1.", 'filter'],
  [400, -4131, 'PERCENT_PRICE of the counterparty', 'filter'],
  [400, -4164, "Order's notional must be no smaller than 100", 'filter'],
  [400, -4183, 'Stop price cap', 'filter'],
  [400, -1003, 'Too many requests', 'throttled'],
  [429, -1003, 'Too many requests', 'throttled'],
  [429, undefined, '', 'throttled'],
  [418, -1003, 'Way too many requests; IP banned until 1.', 'throttled'],
  [400, -1015, 'Too many new orders', 'throttled'],
  [400, -1008, 'Request throttled by system-level protection.', 'throttled'],
  [503, -1008, 'Request throttled by system-level protection.', 'throttled'],
  [503, undefined, 'Service Unavailable.', 'unavailable'],
  [503, -1001, 'Internal error; unable to process your request. Please try again.', 'unavailable'],
  [503, undefined, 'Unknown error, please check your request or try again later.', 'unknown'],
  [503, -1000, 'Unknown error, please check your request or try again later.', 'unknown'],
  [503, undefined, '<html>upstream</html>', 'unknown'],
  [403, undefined, '<html>WAF</html>', 'unavailable'],
  [408, -1007, 'Timeout waiting for response from backend server.', 'unknown'],
  [400, -1007, 'Timeout waiting for response from backend server.', 'unknown'],
  [400, -1006, 'An unexpected response was received from the message bus.', 'unknown'],
  [500, undefined, '', 'unknown'],
  [502, -2019, 'Margin is insufficient.', 'unknown'],
  [504, undefined, 'Gateway Timeout', 'unknown'],
  [400, -1021, 'Timestamp for this request is outside of the recvWindow.', 'clock'],
  [400, -5028, 'Timestamp for this request is outside of the ME recvWindow.', 'unavailable'],
  [400, -1022, 'Signature for this request is not valid.', 'not_authorised'],
  [401, -2014, 'API-key format invalid.', 'not_authorised'],
  [401, -2015, 'Invalid API-key, IP, or permissions for action.', 'not_authorised'],
  [400, -2025, 'Reach max open order limit.', 'too_many_orders'],
  [400, -4045, 'Reach max stop order limit.', 'too_many_orders'],
  [400, -2017, 'API Keys are locked on this account.', 'not_authorised'],
  [400, -1005, 'No such IP has been white listed.', 'not_authorised'],
  [400, -4109, 'Inactive account.', 'not_authorised'],
  [400, -4142, 'REJECT: take profit or stop order will be triggered immediately.', 'would_trigger'],
  [400, -2010, 'NEW_ORDER_REJECTED', 'other'],
  [400, -1121, 'Invalid symbol.', 'other'],
  [400, -4061, "Order's position side does not match user's setting.", 'other'],
  [400, -4062, 'Invalid or improper reduceOnly value.', 'other'],
  [400, -4120, 'Order type not supported for this endpoint.', 'other'],
  [400, -4130, 'An open stop or take profit order with GTE and closePosition is existing.', 'other'],
  [400, -4400, 'Futures Trading Quantitative Rules violated', 'other'],
  [400, -5021, 'FOK', 'other'],
  [400, -5022, 'Post only', 'other'],
  [400, -1125, 'This listenKey does not exist.', 'no_listen_key'],
  [400, -2011, 'Unknown order sent.', 'missing'],
  [400, -2013, 'Order does not exist.', 'missing'],
  [400, -4116, 'clientOrderId is duplicated', 'duplicate'],
  [400, -4059, 'No need to change position side.', 'unchanged'],
  [400, -9999, 'a code of next year', 'unknown'],
  [400, undefined, 'not even JSON', 'unknown'],
];

for (const [status, code, message, expected] of rows) {
  test(`HTTP ${status} ${code ?? 'without code'} "${message.slice(0, 40)}" means ${expected}`, () => {
    assert.equal(show(meaningOf(usdm.errors, status, code, message)), expected);
  });
}

test('an operator is needed for what only a person can change, and for nothing else', () => {
  const codes = [...usdm.errors.values()].filter(({ meaning }) => needsOperator(meaning));
  const listed = new Set(codes.map(({ code }) => code));
  for (const code of [-1002, -1005, -1022, -2014, -2015, -2017, -2023])
    assert.ok(listed.has(code), `${code}`);
  for (const code of [-1003, -1021, -2019, -2021, -4400]) assert.ok(!listed.has(code), `${code}`);
});

test('a code has one meaning: a table that gives it another is a defect', () => {
  assert.throws(() => errorTable({ filter: { '-2013': 'Order does not exist' } }), /-2013 has two meanings/);
});
