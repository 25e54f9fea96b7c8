/** Whether a conditional order of good form may wait for its trigger: filters, limits, and no trigger at once. */

import type { Refusal } from '../matching/result.ts';
import { heldPosition } from './account.ts';
import type { AlgoRequest } from './algo-request.ts';
import { checkPrice, checkQuantity, checkTriggeredBand, checkTriggerPrice } from './filters.ts';
import { NO_PRICE } from './parameters.ts';
import { isReducedBy } from './position.ts';
import * as refusals from './refusals.ts';
import type { ExchangeState } from './state.ts';
import { listingOf } from './state.ts';
import { hasReached, referencePrice } from './trigger.ts';

/** Of the whole account; each symbol has its own limit besides. */
const ACCOUNT_ALGO_ORDERS_MAX = 200;

export function checkAlgoOrder(state: ExchangeState, request: AlgoRequest): Refusal | undefined {
  const { instrument, type, activatePrice } = request;
  const { algos } = listingOf(state, instrument.symbol);
  const limit = type === 'STOP' || type === 'TAKE_PROFIT';
  const broken =
    (request.closePosition
      ? undefined
      : checkQuantity(request.quantity, limit ? 'LIMIT' : 'MARKET', instrument)) ??
    (type === 'TRAILING_STOP_MARKET' ? undefined : checkTriggerPrice(request.triggerPrice, instrument)) ??
    (limit && request.priceMatch === 'NONE'
      ? (checkPrice(request.price, instrument) ??
        checkTriggeredBand(request.price, request.side, request.triggerPrice, instrument))
      : undefined) ??
    (activatePrice === NO_PRICE ? undefined : checkTriggerPrice(activatePrice, instrument));
  if (broken !== undefined) return broken;

  if (request.clientId !== undefined) {
    const known = state.history.algos.byClientId.get(request.clientId);
    if (known?.status === 'NEW') return refusals.duplicateClientId();
  }
  let waiting = 0;
  for (const listing of state.listings.values()) waiting += listing.algos.length;
  if (algos.length >= instrument.spec.maxAlgoOrders || waiting >= ACCOUNT_ALGO_ORDERS_MAX) {
    return refusals.tooManyAlgoOrders();
  }
  return (request.closePosition ? checkClosing(state, request) : undefined) ?? checkTrigger(state, request);
}

function checkClosing(state: ExchangeState, request: AlgoRequest): Refusal | undefined {
  const { instrument, side, type, positionSide } = request;
  const position = heldPosition(state.account, instrument.symbol, positionSide);
  if (!isReducedBy(position, side)) return refusals.noPositionToClose();
  const rival = listingOf(state, instrument.symbol).algos.some(
    (algo) =>
      algo.closePosition && algo.type === type && algo.side === side && algo.positionSide === positionSide,
  );
  return rival ? refusals.closePositionDuplicate() : undefined;
}

function checkTrigger(state: ExchangeState, request: AlgoRequest): Refusal | undefined {
  const { instrument, side, type, activatePrice } = request;
  const reference = referencePrice(listingOf(state, instrument.symbol).market, request.workingType);
  if (type !== 'TRAILING_STOP_MARKET') {
    return hasReached(type, side, request.triggerPrice, reference) ? refusals.wouldTrigger() : undefined;
  }
  if (activatePrice === NO_PRICE) return undefined;
  const active = side === 'BUY' ? reference <= activatePrice : reference >= activatePrice;
  return active ? refusals.wouldTrigger() : undefined;
}
