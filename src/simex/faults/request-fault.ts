/** What a fault makes of one request: an answer of its own, a cut connection, or no answer, before or after it ran. */

import { closesHedge } from '../usdm/order.ts';
import * as refusals from '../usdm/refusals.ts';
import type { Refusal } from '../usdm/types.ts';
import type { Parameters } from '../wire/signature.ts';
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

const refused = (status: number, refusal: Refusal, retryAfterSeconds?: number): Reply => ({
  kind: 'answer',
  status,
  body: { code: refusal.code, msg: refusal.msg },
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});

/** The reply instead of running the request, if the fault strikes before. */
export function replyBefore(fault: RequestFault, parameters: Parameters, nowMs: number): Reply | undefined {
  switch (fault.kind) {
    case 'refuse-then-503':
      return refused(503, refusals.unknownError());
    case 'refuse-then-1007':
      return refused(408, refusals.backendTimeout());
    case 'reset-before':
      return { kind: 'reset' };
    case 'hang-before':
      return { kind: 'hang' };
    case 'service-unavailable':
      return refused(503, refusals.serviceUnavailable());
    case 'internal-error':
      return refused(503, refusals.internalError());
    case 'throttled':
      return isExempt(parameters) ? undefined : refused(503, refusals.throttledBySystem());
    case 'rate-limited':
      return refused(429, refusals.tooManyRequests(0), fault.retryAfterSeconds);
    case 'banned':
      return refused(418, refusals.banned(nowMs + fault.retryAfterSeconds * 1000), fault.retryAfterSeconds);
    default:
      return undefined;
  }
}

/** The reply instead of the request's own answer, if the fault strikes after. */
export function replyAfter(fault: RequestFault, answer: unknown, nowMs: number): Reply | undefined {
  switch (fault.kind) {
    case 'accept-then-503':
      return refused(503, refusals.unknownError());
    case 'accept-then-1006':
      return refused(503, refusals.busError());
    case 'accept-then-1007':
      return refused(408, refusals.backendTimeout());
    case 'reset-after':
      return { kind: 'reset' };
    case 'hang-after':
      return { kind: 'hang' };
    case 'query-lag':
      return acceptedAtMs(answer) + fault.delayMs > nowMs ? refused(400, refusals.noSuchOrder()) : undefined;
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
function acceptedAtMs(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null) return Number.NEGATIVE_INFINITY;
  if ('time' in answer) return Number(answer.time);
  if ('createTime' in answer) return Number(answer.createTime);
  return Number.NEGATIVE_INFINITY;
}
