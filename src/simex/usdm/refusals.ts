/**
 * Every refusal of the simulated exchange with the code and the wording of Binance USD-M futures.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/error-code
 */
import { type Refusal, refuse } from '../matching/result.ts';

export { missingParameter, noSuchOrder } from '../matching/result.ts';

// Requests
export const missingEither = (one: string, other: string): Refusal =>
  refuse(-1102, `Param '${one}' or '${other}' must be sent, but both were empty/null!`);
export const needlessParameter = (name: string): Refusal =>
  refuse(-1106, `Parameter '${name}' sent when not required.`);
export const tooPrecise = (): Refusal =>
  refuse(-1111, 'Precision is over the maximum defined for this asset.');
export const invalidTimeInForce = (): Refusal => refuse(-1115, 'Invalid timeInForce.');
export const invalidOrderType = (): Refusal => refuse(-1116, 'Invalid orderType.');
export const invalidSide = (): Refusal => refuse(-1117, 'Invalid side.');
export const invalidSymbol = (): Refusal => refuse(-1121, 'Invalid symbol.');
export const unknownListenKey = (): Refusal => refuse(-1125, 'This listenKey does not exist.');
export const invalidParameter = (name: string): Refusal =>
  refuse(-1130, `Data sent for parameter '${name}' is not valid.`);

// Orders
export const unknownOrderToCancel = (): Refusal => refuse(-2011, 'Unknown order sent.');
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
