/** Reads the parameters of new and amended orders. What the market allows is for filters.ts and order-rules.ts. */
import type { Price, Quantity } from '#core/money.ts';
import { quantity } from '#core/money.ts';
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
  pricing,
  readCommon,
  required,
  wholeNumber,
} from './parameters.ts';
import type { AmendParams, OrderParams } from './params.ts';
import * as refusals from './refusals.ts';
import type { Instrument } from './symbols.ts';
import type { OrderType, PositionSide, PriceMatch, SelfTradePrevention, Side, TimeInForce } from './types.ts';
import { isConditional } from './types.ts';

export interface OrderRequest {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly positionSide: PositionSide;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: Quantity;
  /** Zero for a market order, and until a price match is looked up. */
  readonly price: Price;
  readonly priceMatch: PriceMatch;
  readonly goodTillMs: number;
  readonly reduceOnly: boolean;
  readonly clientId: string | undefined;
  readonly selfTradePrevention: SelfTradePrevention;
}

export interface AmendRequest {
  readonly side: Side;
  readonly quantity: Quantity;
  readonly price: Price;
  readonly priceMatch: PriceMatch;
  readonly reduceOnly: boolean;
  readonly modifyId: number | undefined;
}

export const isRefusal = (value: object): value is Refusal => 'ok' in value && value.ok === false;

export const readOrder = (
  params: OrderParams,
  instruments: ReadonlyMap<string, Instrument>,
  dualSide: boolean,
  nowMs: number,
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
      if (params.priceMatch !== undefined && params.priceMatch !== 'NONE')
        fail(refusals.priceMatchNotSupported());
      return {
        ...common,
        type,
        clientId,
        quantity: amount,
        price: NO_PRICE,
        priceMatch: 'NONE',
        timeInForce: 'GTC',
        goodTillMs: 0,
      };
    }
    const timeInForce = choice(
      required(params.timeInForce, 'timeInForce'),
      ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'] as const,
      refusals.invalidTimeInForce(),
    );
    const priced = pricing(params);
    return {
      ...common,
      type,
      clientId,
      quantity: amount,
      price: priced.price,
      priceMatch: priced.priceMatch,
      timeInForce,
      goodTillMs: goodTillOf(timeInForce, params.goodTillDate, nowMs),
    };
  });

export const readAmendment = (params: AmendParams): AmendRequest | Refusal =>
  collect(() => {
    const modifyId = wholeNumber(params.modifyId);
    if (params.modifyId !== undefined && modifyId === undefined) fail(refusals.invalidParameter('modifyId'));
    return {
      side: choice(required(params.side, 'side'), ['BUY', 'SELL'] as const, refusals.invalidSide()),
      quantity: decimal(quantity, params.quantity, 'quantity'),
      ...pricing(params),
      reduceOnly: flag(params.reduceOnly, 'reduceOnly'),
      modifyId,
    };
  });
