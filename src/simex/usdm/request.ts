/** Reads the parameters of new orders: presence, spelling and form. What the market allows is for filters.ts. */
import type { Price, Quantity, Rate } from '#core/money.ts';
import { DecimalError, price, quantity, rate } from '#core/money.ts';
import type { AlgoOrderParams, OrderParams } from './params.ts';
import * as refusals from './refusals.ts';
import type { Instrument } from './symbols.ts';
import type {
  ConditionalType,
  OrderType,
  PositionSide,
  Refusal,
  SelfTradePrevention,
  Side,
  TimeInForce,
  WorkingType,
} from './types.ts';

export interface OrderRequest {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly reduceOnly: boolean;
  readonly clientId: string | undefined;
  readonly selfTradePrevention: SelfTradePrevention;
}

export interface AlgoRequest {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly type: ConditionalType;
  readonly timeInForce: TimeInForce;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly triggerPrice: Price;
  readonly workingType: WorkingType;
  readonly closePosition: boolean;
  readonly priceProtect: boolean;
  readonly reduceOnly: boolean;
  readonly activatePrice: Price;
  readonly callbackRate: Rate;
  readonly clientId: string | undefined;
  readonly selfTradePrevention: SelfTradePrevention;
}

const conditionalTypes: readonly string[] = [
  'STOP',
  'STOP_MARKET',
  'TAKE_PROFIT',
  'TAKE_PROFIT_MARKET',
  'TRAILING_STOP_MARKET',
] satisfies ConditionalType[];
const isConditional = (type: string): type is ConditionalType => conditionalTypes.includes(type);

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const CLIENT_ID_LENGTH_MAX = 36;
const CALLBACK_RATE_MAX = rate('20');
const CALLBACK_RATE_MIN = rate('0.1');
const NO_PRICE = 0n as Price;
const NO_QUANTITY = 0n as Quantity;

/** Thrown and caught inside this file only: it keeps a dozen checks in a row readable. */
class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.msg);
    this.refusal = refusal;
  }
}

function collect<T>(read: () => T): T | Refusal {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

function fail(refusal: Refusal): never {
  throw new Refused(refusal);
}

function required(value: string | undefined, name: string): string {
  return value === undefined || value === '' ? fail(refusals.missingParameter(name)) : value;
}

function decimal<T>(read: (text: string) => T, value: string | undefined, name: string): T {
  try {
    return read(required(value, name));
  } catch (error) {
    if (error instanceof DecimalError) return fail(refusals.missingParameter(name));
    throw error;
  }
}

function flag(value: string | undefined, name: string): boolean {
  if (value === undefined) return false;
  const lower = value.toLowerCase();
  if (lower !== 'true' && lower !== 'false') fail(refusals.invalidParameter(name));
  return lower === 'true';
}

function choice<T extends string>(value: string, allowed: readonly T[], refusal: Refusal): T {
  return allowed.find((one) => one === value) ?? fail(refusal);
}

function clientIdOf(value: string | undefined, name: string): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (value.length > CLIENT_ID_LENGTH_MAX) fail(refusals.clientIdTooLong());
  if (!CLIENT_ID.test(value)) fail(refusals.invalidParameter(name));
  return value;
}

function readCommon(
  params: OrderParams | AlgoOrderParams,
  instruments: ReadonlyMap<string, Instrument>,
  dualSide: boolean,
) {
  const instrument = instruments.get(required(params.symbol, 'symbol')) ?? fail(refusals.invalidSymbol());
  const side = choice(required(params.side, 'side'), ['BUY', 'SELL'] as const, refusals.invalidSide());
  const positionSide = choice(
    params.positionSide ?? 'BOTH',
    ['BOTH', 'LONG', 'SHORT'] as const,
    refusals.invalidParameter('positionSide'),
  );
  if (dualSide === (positionSide === 'BOTH')) fail(refusals.positionSideMismatch());
  // The exchange spells the name in lower case in this one message.
  if (dualSide && params.reduceOnly !== undefined) fail(refusals.needlessParameter('reduceonly'));
  const selfTradePrevention = choice(
    params.selfTradePreventionMode ?? 'EXPIRE_MAKER',
    ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'] as const,
    refusals.invalidParameter('selfTradePreventionMode'),
  );
  return {
    instrument,
    side,
    positionSide,
    reduceOnly: flag(params.reduceOnly, 'reduceOnly'),
    selfTradePrevention,
  };
}

export const readOrder = (
  params: OrderParams,
  instruments: ReadonlyMap<string, Instrument>,
  dualSide: boolean,
): OrderRequest | Refusal =>
  collect(() => {
    const named = required(params.type, 'type');
    if (isConditional(named)) fail(refusals.conditionalTypeOnOrder());
    const type = choice(named, ['LIMIT', 'MARKET'] as const, refusals.invalidOrderType());
    const common = readCommon(params, instruments, dualSide);
    const clientId = clientIdOf(params.newClientOrderId, 'newClientOrderId');
    const amount = decimal(quantity, params.quantity, 'quantity');
    if (type === 'MARKET') {
      if (params.price !== undefined) fail(refusals.needlessParameter('price'));
      if (params.timeInForce !== undefined) fail(refusals.needlessParameter('timeinforce'));
      return { ...common, type, clientId, quantity: amount, price: NO_PRICE, timeInForce: 'GTC' };
    }
    const timeInForce = choice(
      required(params.timeInForce, 'timeInForce'),
      ['GTC', 'IOC', 'FOK', 'GTX'] as const,
      refusals.invalidTimeInForce(),
    );
    return {
      ...common,
      type,
      clientId,
      quantity: amount,
      price: decimal(price, params.price, 'price'),
      timeInForce,
    };
  });

export const readAlgoOrder = (
  params: AlgoOrderParams,
  instruments: ReadonlyMap<string, Instrument>,
  dualSide: boolean,
): AlgoRequest | Refusal =>
  collect(() => {
    if (required(params.algoType, 'algoType') !== 'CONDITIONAL') fail(refusals.invalidParameter('algoType'));
    const named = required(params.type, 'type');
    const type = isConditional(named) ? named : fail(refusals.invalidOrderType());
    const common = readCommon(params, instruments, dualSide);
    const closePosition = flag(params.closePosition, 'closePosition');
    if (closePosition) {
      if (type !== 'STOP_MARKET' && type !== 'TAKE_PROFIT_MARKET')
        fail(refusals.closePositionNotSupported(type));
      if (params.reduceOnly !== undefined) fail(refusals.needlessParameter('reduceonly'));
      if (params.quantity !== undefined) fail(refusals.closePositionWithQuantity());
    }
    const limited = type === 'STOP' || type === 'TAKE_PROFIT';
    if (!limited && params.price !== undefined) fail(refusals.needlessParameter('price'));
    const trailing = type === 'TRAILING_STOP_MARKET';
    const timeInForce = choice(
      params.timeInForce ?? 'GTC',
      ['GTC', 'IOC', 'FOK', 'GTX'] as const,
      refusals.invalidTimeInForce(),
    );
    return {
      ...common,
      type,
      closePosition,
      timeInForce: closePosition ? 'GTE_GTC' : timeInForce,
      quantity: closePosition ? NO_QUANTITY : decimal(quantity, params.quantity, 'quantity'),
      price: limited ? decimal(price, params.price, 'price') : NO_PRICE,
      triggerPrice: trailing ? NO_PRICE : decimal(price, params.triggerPrice, 'triggerPrice'),
      workingType: choice(
        params.workingType ?? 'CONTRACT_PRICE',
        ['MARK_PRICE', 'CONTRACT_PRICE'] as const,
        refusals.invalidParameter('workingType'),
      ),
      priceProtect: flag(params.priceProtect, 'priceProtect'),
      activatePrice:
        params.activatePrice === undefined ? NO_PRICE : decimal(price, params.activatePrice, 'activatePrice'),
      callbackRate: trailing ? callbackRateOf(params.callbackRate) : (0n as Rate),
      clientId: clientIdOf(params.clientAlgoId, 'clientAlgoId'),
    };
  });

function callbackRateOf(value: string | undefined): Rate {
  const callbackRate = decimal(rate, value, 'callbackRate');
  if (callbackRate < CALLBACK_RATE_MIN || callbackRate > CALLBACK_RATE_MAX) {
    fail(refusals.invalidParameter('callbackRate'));
  }
  return callbackRate;
}
