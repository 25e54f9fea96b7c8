/** Reads the parameters of new order lists: OCO (in both spellings), OTO and OTOCO. */
import type { Refusal } from '../matching/result.ts';
import { isContingent, isStopLoss, isTakeProfit } from './order.ts';
import type { Names, Naming, OrderRequest } from './order-request.ts';
import { prefixed, readInstrument, readLeg, readResponseType } from './order-request.ts';
import type { Parameters } from './reading.ts';
import { collect, fail, optional, readClientId } from './reading.ts';
import * as refusals from './refusals.ts';
import type { Instrument } from './symbols.ts';
import type { ContingencyType, ResponseType } from './types.ts';

export type ListKind = 'oco' | 'legacy-oco' | 'oto' | 'otoco';

export interface ListRequest {
  readonly instrument: Instrument;
  readonly contingencyType: ContingencyType;
  readonly clientId: string | undefined;
  /** OTO: it comes first; what waits for it is pending. */
  readonly working: OrderRequest | undefined;
  /** One order, or a pair of which one ends the other. */
  readonly others: readonly OrderRequest[];
  readonly responseType: ResponseType;
}

type Read = (parameters: Parameters, naming: Naming) => OrderRequest;

export const readList = (
  kind: ListKind,
  parameters: Parameters,
  instruments: ReadonlyMap<string, Instrument>,
): ListRequest | Refusal =>
  collect(() => {
    const instrument = readInstrument(parameters, instruments);
    const read: Read = (all, naming) => readLeg(all, instrument, naming);
    return {
      instrument,
      contingencyType: kind === 'oco' || kind === 'legacy-oco' ? 'OCO' : 'OTO',
      clientId: readClientId(parameters, 'listClientOrderId'),
      ...readers[kind](read, parameters),
      // Not documented; users of OCO have always seen the orders' states in the answer.
      responseType: readResponseType(parameters) ?? 'RESULT',
    };
  });

const readers: Readonly<
  Record<ListKind, (read: Read, parameters: Parameters) => Pick<ListRequest, 'working' | 'others'>>
> = {
  oco: (read, parameters) => ({
    working: undefined,
    others: readPair(read, parameters, '', { side: 'side', quantity: 'quantity' }),
  }),
  'legacy-oco': (read, parameters) => ({ working: undefined, others: readLegacyPair(read, parameters) }),
  oto: (read, parameters) => ({
    working: readWorking(read, parameters),
    others: [read(parameters, prefixed('pending'))],
  }),
  otoco: (read, parameters) => ({
    working: readWorking(read, parameters),
    others: readPair(read, parameters, 'pending', { side: 'pendingSide', quantity: 'pendingQuantity' }),
  }),
};

function readWorking(read: Read, parameters: Parameters): OrderRequest {
  const working = read(parameters, prefixed('working'));
  const isLimit = working.type === 'LIMIT' || working.type === 'LIMIT_MAKER';
  return isLimit ? working : fail(refusals.invalidParameter('workingType'));
}

/** The two legs, the stop first: so the exchange lists them. */
function readPair(
  read: Read,
  parameters: Parameters,
  prefix: string,
  shared: Names,
): readonly OrderRequest[] {
  const leg = (where: 'above' | 'below'): OrderRequest =>
    read(parameters, prefixed(prefix === '' ? where : `${prefix}${capitalized(where)}`, shared));
  const above = leg('above');
  const below = leg('below');
  const refusal = misplaced(above, below);
  if (refusal !== undefined) fail(refusal);
  return above.side === 'BUY' ? [above, below] : [below, above];
}

function readLegacyPair(read: Read, parameters: Parameters): readonly OrderRequest[] {
  const shared = { side: 'side', quantity: 'quantity' };
  const isLimit = optional(parameters, 'stopLimitPrice') !== undefined;
  const typed = {
    ...parameters,
    limitType: 'LIMIT_MAKER',
    stopType: isLimit ? 'STOP_LOSS_LIMIT' : 'STOP_LOSS',
  };
  const stop = read(
    typed,
    prefixed('stop', {
      ...shared,
      price: 'stopLimitPrice',
      timeInForce: 'stopLimitTimeInForce',
      stopPrice: 'stopPrice',
      trailingDelta: 'trailingDelta',
    }),
  );
  return [stop, read(typed, prefixed('limit', { ...shared, price: 'price' }))];
}

const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A buy stops above the market and takes its profit below it; a sell the other way round. */
function misplaced(above: OrderRequest, below: OrderRequest): Refusal | undefined {
  const isSupported = ({ type }: OrderRequest): boolean => isContingent(type) || type === 'LIMIT_MAKER';
  if (!isSupported(above) || !isSupported(below)) return refusals.unsupportedInOco();
  if (!isContingent(above.type) && !isContingent(below.type)) return refusals.bothLimit();
  if (above.side === 'BUY') {
    if (above.type === 'LIMIT_MAKER') return refusals.buyLimitMustBeBelow();
    if (isTakeProfit(above.type)) return refusals.buyTakeProfitMustBeBelow();
    return isStopLoss(below.type) ? refusals.buyStopMustBeAbove() : undefined;
  }
  if (below.type === 'LIMIT_MAKER') return refusals.sellLimitMustBeAbove();
  if (isTakeProfit(below.type)) return refusals.sellTakeProfitMustBeAbove();
  return isStopLoss(above.type) ? refusals.sellStopMustBeBelow() : undefined;
}
