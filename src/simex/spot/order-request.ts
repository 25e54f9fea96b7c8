/** Reads the parameters of one new order: presence, spelling and form. What the market allows is for filters.ts. */
import type { Money, Price, Quantity } from '#core/money.ts';
import { zeroMoney, zeroQuantity } from '#core/money.ts';
import type { Side } from '../matching/book.ts';
import type { Refusal } from '../matching/result.ts';
import { isContingent } from './order.ts';
import type { Parameters } from './reading.ts';
import {
  choice,
  collect,
  fail,
  optional,
  readClientId,
  readMoney,
  readPrice,
  readQuantity,
  readWhole,
  required,
} from './reading.ts';
import * as refusals from './refusals.ts';
import type { Instrument } from './symbols.ts';
import type { OrderType, ResponseType, SelfTradePrevention, TimeInForce } from './types.ts';

export interface OrderRequest {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  /** Zero where quoteQuantity says how much. */
  readonly quantity: Quantity;
  readonly quoteQuantity: Money;
  readonly price: Price;
  readonly stopPrice: Price;
  readonly trailingDelta: number;
  readonly icebergQuantity: Quantity;
  readonly clientId: string | undefined;
  readonly strategyId: number | undefined;
  readonly strategyType: number | undefined;
  readonly selfTradePrevention: SelfTradePrevention;
}

type Field =
  | 'side'
  | 'type'
  | 'timeInForce'
  | 'quantity'
  | 'quoteOrderQty'
  | 'price'
  | 'stopPrice'
  | 'trailingDelta'
  | 'icebergQty'
  | 'clientOrderId'
  | 'strategyId'
  | 'strategyType'
  | 'pegPriceType';

export type Names = Partial<Record<Field, string>>;
/** The name that an endpoint gives to a field of one of its orders. */
export type Naming = (field: Field) => string;

const ofOrder: Naming = (field) => (field === 'clientOrderId' ? 'newClientOrderId' : field);

/** `above` makes stopPrice to aboveStopPrice. */
export const prefixed =
  (prefix: string, others: Names = {}): Naming =>
  (field) =>
    others[field] ?? `${prefix}${field.charAt(0).toUpperCase()}${field.slice(1)}`;

const timesInForce = ['GTC', 'IOC', 'FOK'] as const satisfies readonly TimeInForce[];
const allTypes = [
  'LIMIT',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
  'LIMIT_MAKER',
] as const satisfies readonly OrderType[];
const withPrice: readonly OrderType[] = ['LIMIT', 'LIMIT_MAKER', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT_LIMIT'];
const withTimeInForce: readonly OrderType[] = ['LIMIT', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT_LIMIT'];
export const preventions = [
  'EXPIRE_TAKER',
  'EXPIRE_MAKER',
  'EXPIRE_BOTH',
  'DECREMENT',
] as const satisfies readonly SelfTradePrevention[];
export const defaultPrevention = 'EXPIRE_MAKER' satisfies SelfTradePrevention;
const STRATEGY_TYPE_MIN = 1_000_000;

export const readInstrument = (
  parameters: Parameters,
  instruments: ReadonlyMap<string, Instrument>,
): Instrument => instruments.get(required(parameters, 'symbol')) ?? fail(refusals.invalidSymbol());

export const readResponseType = (parameters: Parameters): ResponseType | undefined => {
  const name = 'newOrderRespType';
  const text = optional(parameters, name);
  return text === undefined
    ? undefined
    : choice(text, ['ACK', 'RESULT', 'FULL'] as const, refusals.invalidParameter(name));
};

/** MARKET and LIMIT are answered in full unless told otherwise, the others briefly. */
const responseTypeOf = (asked: ResponseType | undefined, type: OrderType): ResponseType =>
  asked ?? (type === 'MARKET' || type === 'LIMIT' ? 'FULL' : 'ACK');

/** One order of an endpoint. Refuses by throwing: call it within `collect`. */
export function readLeg(parameters: Parameters, instrument: Instrument, naming: Naming): OrderRequest {
  const side = choice(required(parameters, naming('side')), ['BUY', 'SELL'] as const, refusals.invalidSide());
  const type = choice(required(parameters, naming('type')), allTypes, refusals.invalidOrderType());
  if (optional(parameters, naming('pegPriceType')) !== undefined) fail(refusals.peggedNotSupported());

  /** A field that some types need and the others do not take. */
  function read<T>(field: Field, isNeeded: boolean, otherwise: T, value: (name: string) => T): T {
    const name = naming(field);
    if (isNeeded) return value(name);
    return optional(parameters, name) === undefined ? otherwise : fail(refusals.needlessParameter(name));
  }

  const timeInForce = read('timeInForce', withTimeInForce.includes(type), 'GTC' as TimeInForce, (name) =>
    choice(required(parameters, name), timesInForce, refusals.invalidTimeInForce()),
  );
  const price = read('price', withPrice.includes(type), 0n as Price, (name) => readPrice(parameters, name));
  const selfTradePrevention = choice(
    optional(parameters, 'selfTradePreventionMode') ?? defaultPrevention,
    preventions,
    refusals.invalidParameter('selfTradePreventionMode'),
  );
  const strategyType = readWhole(parameters, naming('strategyType'));
  if (strategyType !== undefined && strategyType < STRATEGY_TYPE_MIN) {
    fail(refusals.badStrategyType(naming('strategyType')));
  }
  const stop = readStop(parameters, type, naming, read);
  const size = readSize(parameters, type, naming);
  const icebergQuantity =
    optional(parameters, naming('icebergQty')) === undefined
      ? zeroQuantity
      : readQuantity(parameters, naming('icebergQty'));
  if (icebergQuantity > 0n) {
    if (!withPrice.includes(type) || timeInForce !== 'GTC') fail(refusals.unsupportedCombination());
    if (icebergQuantity > size.quantity) fail(refusals.icebergExceedsQuantity());
  }
  return {
    instrument,
    side,
    type,
    timeInForce,
    price,
    ...stop,
    ...size,
    icebergQuantity,
    clientId: readClientId(parameters, naming('clientOrderId')),
    strategyId: readWhole(parameters, naming('strategyId')),
    strategyType,
    selfTradePrevention,
  };
}

export const readOrder = (
  parameters: Parameters,
  instruments: ReadonlyMap<string, Instrument>,
): { readonly request: OrderRequest; readonly responseType: ResponseType } | Refusal =>
  collect(() => {
    const request = readLeg(parameters, readInstrument(parameters, instruments), ofOrder);
    return { request, responseType: responseTypeOf(readResponseType(parameters), request.type) };
  });

function readStop(
  parameters: Parameters,
  type: OrderType,
  naming: Naming,
  read: <T>(field: Field, isNeeded: boolean, otherwise: T, value: (name: string) => T) => T,
) {
  const isStop = isContingent(type);
  const isSent = (field: Field): boolean => optional(parameters, naming(field)) !== undefined;
  if (isStop && !isSent('stopPrice') && !isSent('trailingDelta')) {
    fail(refusals.missingEither(naming('stopPrice'), naming('trailingDelta')));
  }
  return {
    stopPrice: read('stopPrice', isStop && isSent('stopPrice'), 0n as Price, (name) =>
      readPrice(parameters, name),
    ),
    trailingDelta: read(
      'trailingDelta',
      isStop && isSent('trailingDelta'),
      0,
      (name) => readWhole(parameters, name) ?? 0,
    ),
  };
}

function readSize(parameters: Parameters, type: OrderType, naming: Naming) {
  const quantityName = naming('quantity');
  const quoteName = naming('quoteOrderQty');
  if (optional(parameters, quoteName) === undefined) {
    if (type === 'MARKET' && optional(parameters, quantityName) === undefined) {
      fail(refusals.missingEither(quantityName, quoteName));
    }
    return { quantity: readQuantity(parameters, quantityName), quoteQuantity: zeroMoney };
  }
  if (type !== 'MARKET') fail(refusals.needlessParameter(quoteName));
  if (optional(parameters, quantityName) !== undefined) fail(refusals.badCombination());
  return { quantity: zeroQuantity, quoteQuantity: readMoney(parameters, quoteName) };
}
