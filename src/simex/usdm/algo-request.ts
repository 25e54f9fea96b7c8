/** Reads the parameters of new conditional orders. */
import type { Price, Quantity, Rate } from '#core/money.ts';
import { price, quantity, rate } from '#core/money.ts';
import type { Refusal } from '../matching/result.ts';
import {
  choice,
  clientIdOf,
  collect,
  decimal,
  fail,
  flag,
  goodTillOf,
  NO_PRICE,
  NO_QUANTITY,
  pricing,
  readCommon,
  required,
} from './parameters.ts';
import type { AlgoOrderParams } from './params.ts';
import * as refusals from './refusals.ts';
import type { Instrument } from './symbols.ts';
import type {
  ConditionalType,
  PositionSide,
  PriceMatch,
  SelfTradePrevention,
  Side,
  TimeInForce,
  WorkingType,
} from './types.ts';
import { isConditional } from './types.ts';

export interface AlgoRequest {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly type: ConditionalType;
  readonly timeInForce: TimeInForce;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly priceMatch: PriceMatch;
  readonly goodTillMs: number;
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

const CALLBACK_RATE_MAX = rate('20');
const CALLBACK_RATE_MIN = rate('0.1');

export const readAlgoOrder = (
  params: AlgoOrderParams,
  instruments: ReadonlyMap<string, Instrument>,
  dualSide: boolean,
  nowMs: number,
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
    if (!limited && (params.priceMatch ?? 'NONE') !== 'NONE') fail(refusals.priceMatchNotSupported());
    const trailing = type === 'TRAILING_STOP_MARKET';
    const timeInForce = choice(
      params.timeInForce ?? 'GTC',
      ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'] as const,
      refusals.invalidTimeInForce(),
    );
    return {
      ...common,
      type,
      closePosition,
      timeInForce: closePosition ? 'GTE_GTC' : timeInForce,
      quantity: closePosition ? NO_QUANTITY : decimal(quantity, params.quantity, 'quantity'),
      ...(limited ? pricing(params) : ({ price: NO_PRICE, priceMatch: 'NONE' } as const)),
      goodTillMs: goodTillOf(timeInForce, params.goodTillDate, nowMs),
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
