/**
 * The parts of Binance's answers and stream messages that the adapter reads, checked before anything uses them.
 * Unknown fields are ignored: Binance adds fields without notice.
 */

import { z } from 'zod';
import { type DecimalText, money, price, showMoney, showPrice } from '#core/money.ts';

const TEXT_LENGTH_MAX = 64;

const decimal = (normalise: (text: string) => DecimalText) =>
  z
    .string()
    .max(TEXT_LENGTH_MAX)
    .transform((text, context) => {
      try {
        return normalise(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'not a decimal number' });
        return z.NEVER;
      }
    });

/** A price, a quantity or a ratio, without trailing zeros. */
const figure = decimal((text) => showPrice(price(text)));
/** A balance or a fee, without trailing zeros. */
const amount = decimal((text) => showMoney(money(text)));

/** Zero until something has been executed. It is a quotient: decimals beyond ours are cut, and no report is lost for it. */
const average = z
  .string()
  .max(TEXT_LENGTH_MAX)
  .transform((text) => text.replace(/(\.\d{10})\d+$/, '$1'))
  .pipe(figure)
  .transform((text) => (text === '0' || text.startsWith('-') ? undefined : text))
  .optional()
  .catch(undefined);

const name = z.string().min(1).max(TEXT_LENGTH_MAX);
/** Ids beyond 2^53 arrive as text (parseJson), all leave as text. */
const id = z
  .union([z.int().nonnegative(), z.string().regex(/^\d{1,20}$/)])
  .transform((value) => String(value));
const timeMs = z.int().nonnegative();

const orderStatus = z.enum([
  'NEW',
  'PARTIALLY_FILLED',
  'FILLED',
  'CANCELED',
  'EXPIRED',
  'EXPIRED_IN_MATCH',
  'REJECTED',
]);
const algoStatus = z.enum(['NEW', 'TRIGGERING', 'TRIGGERED', 'FINISHED', 'CANCELED', 'EXPIRED', 'REJECTED']);

/** POST, GET and DELETE of /fapi/v1/order. */
export const order = z.object({
  orderId: id,
  clientOrderId: name,
  status: orderStatus,
  executedQty: figure,
  /** Only GET tells it. */
  avgPrice: average,
});

/** Empty or zero until the order has triggered. */
const childId = z
  .union([z.literal(''), id])
  .transform((value) => (value === '' || value === '0' ? undefined : value));
/** Empty until the order is in the matching engine. */
const childFigure = z.union([z.literal('').transform(() => '0'), figure]);

/** POST and GET of /fapi/v1/algoOrder. */
export const algoOrder = z.object({
  algoId: id,
  clientAlgoId: name,
  symbol: name,
  algoStatus,
  actualOrderId: childId.optional(),
  actualQty: childFigure.optional(),
});

/** DELETE of /fapi/v1/algoOrder. */
export const algoCancel = z.object({ clientAlgoId: name, code: z.literal('200') });

/** GET /fapi/v1/userTrades. */
export const userTrades = z.array(
  z.object({
    id,
    price: figure,
    qty: figure,
    commission: amount,
    commissionAsset: name,
    maker: z.boolean(),
    time: timeMs,
  }),
);

export const openOrders = z.array(
  z.object({ symbol: name, clientOrderId: name, origType: z.string().max(TEXT_LENGTH_MAX) }),
);
export const openAlgoOrders = z.array(z.object({ symbol: name, clientAlgoId: name, algoId: id }));

/** GET /fapi/v3/positionRisk. */
export const positions = z.array(
  z.object({
    symbol: name,
    positionSide: z.enum(['BOTH', 'LONG', 'SHORT']),
    positionAmt: figure,
    entryPrice: figure,
  }),
);

/** GET /fapi/v3/account. */
export const account = z.object({
  assets: z.array(
    z.object({ asset: name, walletBalance: amount, availableBalance: amount, unrealizedProfit: amount }),
  ),
});

/** GET /fapi/v1/premiumIndex, of all symbols. */
export const marks = z.array(z.object({ symbol: name, markPrice: figure }));

/** GET /fapi/v1/accountConfig. */
export const accountConfig = z.object({ dualSidePosition: z.boolean(), multiAssetsMargin: z.boolean() });
/** GET /fapi/v1/symbolConfig. */
export const symbolConfigs = z.array(
  z.object({
    symbol: name,
    marginType: z.enum(['CROSSED', 'ISOLATED']),
    leverage: z.int().positive(),
  }),
);
export const listenKey = z.object({ listenKey: z.string().min(1).max(256) });

/** Any user stream event. */
export const userEvent = z.object({ e: name });

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams/Event-Order-Update */
export const orderTradeUpdate = z.object({
  o: z.object({
    s: name,
    c: name,
    i: id,
    x: name,
    X: orderStatus,
    /** The type that the order had when it was placed. */
    ot: z.string().max(TEXT_LENGTH_MAX),
    z: figure,
    ap: average,
    l: figure,
    L: figure,
    /** Absent when there is no commission. */
    n: amount.optional(),
    N: name.nullish(),
    T: timeMs,
    t: id,
    m: z.boolean(),
  }),
});

/** Whose order it is, read before anything else: other people's orders may have any shape. */
export const orderOwner = z.object({ o: z.object({ s: name, c: z.string(), i: id }) });

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/user-data-streams/Event-Algo-Order-Update */
export const algoUpdate = z.object({
  o: z.object({
    caid: name,
    aid: id,
    s: name,
    X: algoStatus,
    ai: childId.optional(),
    aq: childFigure.optional(),
  }),
});
export const algoOwner = z.object({ o: z.object({ caid: z.string(), s: name }) });

export type OrderAnswer = z.output<typeof order>;
export type AlgoOrderAnswer = z.output<typeof algoOrder>;
export type UserTrades = z.output<typeof userTrades>;
export type OrderTradeUpdate = z.output<typeof orderTradeUpdate>['o'];
export type AlgoUpdate = z.output<typeof algoUpdate>['o'];
export type OrderStatus = z.output<typeof orderStatus>;
export type AlgoStatus = z.output<typeof algoStatus>;

/** The first thing that is wrong with a value, as a path and a reason. */
export const whatIsWrong = (error: z.ZodError): string => {
  const issue = error.issues[0];
  return issue === undefined ? 'invalid' : `${issue.path.join('.') || 'value'}: ${issue.message}`;
};
