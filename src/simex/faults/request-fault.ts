/** What a fault makes of one request: an answer of its own, a cut connection, or no answer, before or after it ran. */

import { noSuchOrder, type Refusal } from '../matching/result.ts';
import { closesHedge } from '../usdm/order.ts';
import type { Parameters } from '../wire/parameters.ts';
import * as refusals from '../wire/refusals.ts';
import type { Faults } from './faults.ts';

export type RequestFault = NonNullable<ReturnType<Faults['onRequest']>>;

export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: unknown;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' };

export function refused({ code, msg, data, status = 400 }: Refusal, retryAfterSeconds?: number): Reply {
  return {
    kind: 'answer',
    status,
    body: { code, msg, ...(data === undefined ? {} : { data }) },
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

const withStatus = (status: number, refusal: Refusal, retryAfterSeconds?: number): Reply =>
  refused({ ...refusal, status }, retryAfterSeconds);

/** The reply instead of running the request, if the fault strikes before. */
export function replyBefore(fault: RequestFault, parameters: Parameters, nowMs: number): Reply | undefined {
  switch (fault.kind) {
    case 'refuse-then-503':
      return withStatus(503, refusals.unknownError());
    case 'refuse-then-1007':
      return withStatus(408, refusals.backendTimeout());
    case 'reset-before':
      return { kind: 'reset' };
    case 'hang-before':
      return { kind: 'hang' };
    case 'service-unavailable':
      return withStatus(503, refusals.serviceUnavailable());
    case 'internal-error':
      return withStatus(503, refusals.internalError());
    case 'throttled':
      return isExempt(parameters) ? undefined : withStatus(503, refusals.throttledBySystem());
    case 'rate-limited':
      return withStatus(429, refusals.tooManyRequests(0), fault.retryAfterSeconds);
    case 'banned':
      return withStatus(
        418,
        refusals.banned(nowMs + fault.retryAfterSeconds * 1000),
        fault.retryAfterSeconds,
      );
    default:
      return undefined;
  }
}

/** The reply instead of the request's own answer, if the fault strikes after. */
export function replyAfter(fault: RequestFault, reply: Reply, nowMs: number): Reply | undefined {
  switch (fault.kind) {
    case 'accept-then-503':
      return withStatus(503, refusals.unknownError());
    case 'accept-then-1006':
      return withStatus(503, refusals.busError());
    case 'accept-then-1007':
      return withStatus(408, refusals.backendTimeout());
    case 'reset-after':
      return { kind: 'reset' };
    case 'hang-after':
      return { kind: 'hang' };
    case 'query-lag':
      return acceptedAtMs(reply) + fault.delayMs > nowMs ? refused(noSuchOrder()) : undefined;
    default:
      return undefined;
  }
}

function isExempt({ reduceOnly, closePosition, side, positionSide }: Parameters): boolean {
  const closes =
    (side === 'BUY' || side === 'SELL') &&
    (positionSide === 'LONG' || positionSide === 'SHORT') &&
    closesHedge(side, positionSide);
  return reduceOnly === 'true' || closePosition === 'true' || closes;
}

/** When the queried order was accepted; long ago for any other answer. */
function acceptedAtMs(reply: Reply): number {
  const body = reply.kind === 'answer' ? reply.body : undefined;
  if (typeof body !== 'object' || body === null) return Number.NEGATIVE_INFINITY;
  if ('time' in body) return Number(body.time);
  if ('createTime' in body) return Number(body.createTime);
  return Number.NEGATIVE_INFINITY;
}
