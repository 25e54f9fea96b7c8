/**
 * Every refusal of the simulated spot exchange with the code and the wording of Binance.
 * https://github.com/binance/binance-spot-api-docs/blob/master/errors.md
 */
import { type Refusal, refuse } from '../matching/result.ts';

export { missingParameter, noSuchOrder } from '../matching/result.ts';

/** https://github.com/ccxt/node-binance-api/issues/995 */
export const serviceGone = (): Refusal => ({
  ...refuse(-1016, 'This service is no longer available.'),
  status: 410,
});

// Parameters
export const illegalCharacters = (name: string, legal: string): Refusal =>
  refuse(-1100, `Illegal characters found in parameter '${name}'; legal range is '${legal}'.`);
export const missingEither = (one: string, other: string): Refusal =>
  refuse(-1102, `Param '${one}' or '${other}' must be sent, but both were empty/null!`);
export const emptyParameter = (name: string): Refusal => refuse(-1105, `Parameter '${name}' was empty.`);
export const needlessParameter = (name: string): Refusal =>
  refuse(-1106, `Parameter '${name}' sent when not required.`);
export const tooPrecise = (name: string): Refusal =>
  refuse(-1111, `Parameter '${name}' has too much precision.`);
export const invalidTimeInForce = (): Refusal => refuse(-1115, 'Invalid timeInForce.');
export const invalidOrderType = (): Refusal => refuse(-1116, 'Invalid orderType.');
export const invalidSide = (): Refusal => refuse(-1117, 'Invalid side.');
export const invalidSymbol = (): Refusal => refuse(-1121, 'Invalid symbol.');
export const invalidSymbolStatus = (): Refusal => refuse(-1122, 'Invalid symbolStatus.');
export const tooLongPeriod = (): Refusal =>
  refuse(-1127, 'More than 24 hours between startTime and endTime.');
export const badCombination = (): Refusal => refuse(-1128, 'Combination of optional parameters invalid.');
export const invalidParameter = (name: string): Refusal =>
  refuse(-1130, `Data sent for parameter '${name}' is not valid.`);
export const badStrategyType = (name: string): Refusal => refuse(-1134, `${name} was less than 1000000.`);
export const invalidJson = (name: string): Refusal =>
  refuse(-1135, `JSON sent for parameter '${name}' is not valid`);
export const invalidCancelRestrictions = (): Refusal => refuse(-1145, 'Invalid cancelRestrictions');
export const duplicateSymbols = (): Refusal => refuse(-1151, 'Symbol is present multiple times in the list.');

// Rules of the symbol
export const filterFailure = (filter: string): Refusal => refuse(-1013, `Filter failure: ${filter}`);

// Combinations
export const unsupportedCombination = (): Refusal => refuse(-1014, 'Unsupported order combination.');
export const unsupportedInOco = (): Refusal => refuse(-1158, 'Order type not supported in OCO.');
export const buyLimitMustBeBelow = (): Refusal => refuse(-1165, 'A limit order in a buy OCO must be below.');
export const sellLimitMustBeAbove = (): Refusal =>
  refuse(-1166, 'A limit order in a sell OCO must be above.');
export const bothLimit = (): Refusal => refuse(-1168, 'At least one OCO order must be contingent.');
export const buyStopMustBeAbove = (): Refusal =>
  refuse(-1196, 'A stop loss order in a buy OCO must be above.');
export const sellStopMustBeBelow = (): Refusal =>
  refuse(-1197, 'A stop loss order in a sell OCO must be below.');
export const buyTakeProfitMustBeBelow = (): Refusal =>
  refuse(-1198, 'A take profit order in a buy OCO must be below.');
export const sellTakeProfitMustBeAbove = (): Refusal =>
  refuse(-1199, 'A take profit order in a sell OCO must be above.');

// The matching engine
const rejected = (msg: string): Refusal => refuse(-2010, msg);
export const duplicateOrder = (): Refusal => rejected('Duplicate order sent.');
export const insufficientBalance = (): Refusal =>
  rejected('Account has insufficient balance for requested action.');
export const icebergExceedsQuantity = (): Refusal => rejected('IcebergQty exceeds QTY.');
export const wouldTrigger = (): Refusal => rejected('Order would trigger immediately.');
export const wouldTake = (): Refusal => rejected('Order would immediately match and take.');
export const badOcoPrices = (): Refusal =>
  rejected('The relationship of the prices for the orders is not correct.');
export const peggedNotSupported = (): Refusal => rejected('Pegged orders are not supported for this symbol.');

export const unknownOrderToCancel = (): Refusal => refuse(-2011, 'Unknown order sent.');
export const restrictedCancel = (): Refusal =>
  refuse(-2011, 'Order was not canceled due to cancel restrictions.');
/** Missing in the documentation: github.com/binance/binance-spot-api-docs/pull/43 */
export const noSuchList = (): Refusal => refuse(-2018, 'Order list does not exist.');
export const replacePartlyFailed = (): Refusal => refuse(-2021, 'Order cancel-replace partially failed.');
export const replaceFailed = (): Refusal => refuse(-2022, 'Order cancel-replace failed.');
const amendRejected = (msg: string): Refusal => refuse(-2038, msg);
export const amendToMore = (): Refusal => amendRejected('Order amend (quantity increase) is not supported.');
export const amendToSame = (): Refusal =>
  amendRejected('The requested action would change no state; rejecting');
export const amendUnknown = (): Refusal => amendRejected('Unknown order sent.');
export const amendedTooOften = (): Refusal => amendRejected('Filter failure: MAX_NUM_ORDER_AMENDS');
