/**
 * Every refusal of the simulated exchange with the code and the wording of Binance USD-M futures.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code
 */
import { type Refusal, refuse } from '../matching/result.ts';

// Requests
export const missingParameter = (name: string): Refusal =>
  refuse(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
export const missingEither = (one: string, other: string): Refusal =>
  refuse(-1102, `Param '${one}' or '${other}' must be sent, but both were empty/null!`);
export const needlessParameter = (name: string): Refusal =>
  refuse(-1106, `Parameter '${name}' sent when not required.`);
export const tooPrecise = (): Refusal =>
  refuse(-1111, 'Precision is over the maximum defined for this asset.');
export const invalidTimeInForce = (): Refusal => refuse(-1115, 'Invalid timeInForce.');
export const invalidOrderType = (): Refusal => refuse(-1116, 'Invalid orderType.');
export const invalidSide = (): Refusal => refuse(-1117, 'Invalid side.');
export const invalidInterval = (): Refusal => refuse(-1120, 'Invalid interval.');
export const invalidSymbol = (): Refusal => refuse(-1121, 'Invalid symbol.');
export const unknownListenKey = (): Refusal => refuse(-1125, 'This listenKey does not exist.');
export const invalidParameter = (name: string): Refusal =>
  refuse(-1130, `Data sent for parameter '${name}' is not valid.`);

// Orders
export const unknownOrderToCancel = (): Refusal => refuse(-2011, 'Unknown order sent.');
export const noSuchOrder = (): Refusal => refuse(-2013, 'Order does not exist.');
export const insufficientMargin = (): Refusal => refuse(-2019, 'Margin is insufficient.');
export const wouldTrigger = (): Refusal => refuse(-2021, 'Order would immediately trigger.');
export const reduceOnlyRejected = (): Refusal => refuse(-2022, 'ReduceOnly Order is rejected.');
export const tooManyOpenOrders = (): Refusal => refuse(-2025, 'Reach max open order limit.');
export const priceNotPositive = (): Refusal => refuse(-4001, 'Price less than 0.');
export const priceAboveMax = (): Refusal => refuse(-4002, 'Price greater than max price.');
export const quantityNotPositive = (): Refusal => refuse(-4003, 'Quantity less than zero.');
export const quantityBelowMin = (): Refusal => refuse(-4004, 'Quantity less than min quantity.');
export const quantityAboveMax = (): Refusal => refuse(-4005, 'Quantity greater than max quantity.');
export const triggerNotPositive = (): Refusal => refuse(-4006, 'Stop price less than zero.');
export const triggerAboveMax = (): Refusal => refuse(-4007, 'Stop price greater than max price.');
export const priceBelowMin = (): Refusal => refuse(-4013, 'Price less than min price.');
export const priceOffTick = (): Refusal => refuse(-4014, 'Price not increased by tick size.');
export const clientIdTooLong = (): Refusal =>
  refuse(-4015, 'Client order id length should not be more than 36 chars');
export const priceAboveCap = (cap: string): Refusal =>
  refuse(-4016, `Limit price can't be higher than ${cap}.`);
export const invalidDepthLimit = (limit: string): Refusal =>
  refuse(-4021, `${limit} is not valid depth limit`);
export const quantityOffStep = (): Refusal => refuse(-4023, 'Qty not increased by step size.');
export const priceBelowFloor = (floor: string): Refusal =>
  refuse(-4024, `Limit price can't be lower than ${floor}.`);
export const invalidLeverage = (leverage: string): Refusal =>
  refuse(-4028, `Leverage ${leverage} is not valid`);
export const tooManyAlgoOrders = (): Refusal => refuse(-4045, 'Reach max stop order limit.');
export const duplicateClientId = (): Refusal => refuse(-4116, 'clientOrderId is duplicated');
export const conditionalTypeOnOrder = (): Refusal =>
  refuse(
    -4120,
    'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.',
  );
/** Only ever the reason why a triggered order was rejected; the exchange documents no code for it. */
export const priceProtected = (): Refusal =>
  refuse(-2010, 'Mark price and last price are too far apart for priceProtect.');
export const closePositionDuplicate = (): Refusal =>
  refuse(-4130, 'An open stop or take profit order with GTE and closePosition in the direction is existing.');
export const closePositionWithQuantity = (): Refusal =>
  refuse(-4137, 'Quantity must be zero with closePosition equals true');
export const closePositionNotSupported = (type: string): Refusal =>
  refuse(-4136, `Target strategy invalid for orderType ${type},closePosition true`);
export const notionalTooSmall = (minimum: string): Refusal =>
  refuse(-4164, `Order's notional must be no smaller than ${minimum} (unless you choose reduce only)`);
export const noPositionToClose = (): Refusal =>
  refuse(-4509, 'Time in Force (TIF) GTE can only be used with open positions.');
export const invalidPriceMatch = (): Refusal => refuse(-5037, 'Invalid price match');
export const priceMatchNotSupported = (): Refusal =>
  refuse(-5038, 'Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT');
export const invalidSelfTradePrevention = (): Refusal => refuse(-5039, 'Invalid self trade prevention mode');
export const invalidGoodTillDate = (): Refusal =>
  refuse(
    -5040,
    'The goodTillDate timestamp must be greater than the current time plus 600 seconds ' +
      'and smaller than 253402300799000',
  );
export const noDepthForPriceMatch = (): Refusal => refuse(-5041, 'No depth matches this BBO order');
export const bestPriceOutsideBand = (): Refusal =>
  refuse(-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit");
export const priceAboveTriggerCap = (cap: string): Refusal =>
  refuse(-4183, `Limit price can't be higher than ${cap}.`);
export const priceBelowTriggerFloor = (floor: string): Refusal =>
  refuse(-4184, `Limit price can't be lower than ${floor}.`);
export const positionTooLarge = (): Refusal =>
  refuse(-2027, 'Exceeded the maximum allowable position at current leverage.');
export const wrongBatchSize = (): Refusal => refuse(-4082, 'Invalid number of batch place orders.');
export const wrongCancelBatchSize = (): Refusal => refuse(-4032, 'Exceed maximum cancel order size.');

// Amendments
export const tooManyAmendments = (): Refusal => refuse(-5026, 'Exceed maximum modify order limit.');
export const nothingToAmend = (): Refusal => refuse(-5027, 'No need to modify the order.');
export const amendedNotionalTooSmall = (minimum: string): Refusal =>
  refuse(-5029, `Order's notional must be no smaller than ${minimum}`);
export const notReduceOnly = (): Refusal => refuse(-5047, 'The original order is not a reduce-only order');

export const fillOrKillRejected = (): Refusal =>
  refuse(
    -5021,
    'Due to the order could not be filled immediately, the FOK order has been rejected. ' +
      'The order will not be recorded in the order history',
  );
export const postOnlyRejected = (): Refusal =>
  refuse(
    -5022,
    'Due to the order could not be executed as maker, the Post Only order will be rejected. ' +
      'The order will not be recorded in the order history',
  );

// Account settings
export const sameMarginType = (): Refusal => refuse(-4046, 'No need to change margin type.');
export const marginTypeWithOpenOrders = (): Refusal =>
  refuse(-4047, 'Margin type cannot be changed if there exists open orders.');
export const marginTypeWithPosition = (): Refusal =>
  refuse(-4048, 'Margin type cannot be changed if there exists position.');
export const samePositionMode = (): Refusal => refuse(-4059, 'No need to change position side.');
export const positionSideMismatch = (): Refusal =>
  refuse(-4061, "Order's position side does not match user's setting.");
export const positionModeWithOpenOrders = (): Refusal =>
  refuse(-4067, 'Position side cannot be changed if there exists open orders.');
export const positionModeWithPosition = (): Refusal =>
  refuse(-4068, 'Position side cannot be changed if there exists position.');
export const leverageTooLow = (): Refusal =>
  refuse(-2028, 'Leverage is smaller than permitted: insufficient margin balance.');
export const isolatedLeverageWithPosition = (): Refusal =>
  refuse(-4161, 'Leverage reduction is not supported in Isolated Margin Mode with open positions');
export const isolatedSymbolsInMultiAssets = (): Refusal =>
  refuse(
    -4167,
    'Unable to adjust to Multi-Assets mode with symbols of USDⓈ-M Futures under isolated-margin mode.',
  );
export const isolatedInMultiAssets = (): Refusal =>
  refuse(-4168, 'Unable to adjust to isolated-margin mode under the Multi-Assets mode.');
export const multiAssetsWithOpenOrders = (): Refusal =>
  refuse(-4170, 'Unable to adjust Multi-Assets Mode with open orders in USDⓈ-M Futures.');
export const sameMultiAssets = (): Refusal =>
  refuse(-4171, 'Adjusted asset mode is currently set and does not need to be adjusted repeatedly.');
export const notIsolated = (): Refusal => refuse(-4049, 'Add margin only support for isolated position.');
export const crossBalanceInsufficient = (): Refusal => refuse(-4050, 'Cross balance insufficient.');
export const isolatedBalanceInsufficient = (): Refusal => refuse(-4051, 'Isolated balance insufficient.');
export const noPositionForMargin = (): Refusal => refuse(-4054, 'Cannot add position margin: position is 0.');
export const amountNotPositive = (): Refusal => refuse(-4055, 'Amount must be positive.');

// History
export const badCombination = (): Refusal => refuse(-1128, 'Combination of optional parameters invalid.');
export const intervalTooLong = (days: number): Refusal =>
  refuse(-4165, `Maximum time interval is ${days} days`);
