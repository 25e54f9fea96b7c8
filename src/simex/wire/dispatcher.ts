/**
 * Takes a request of one venue, by whatever wire it came: checks who sent it and how often, runs its route, and lets
 * faults interfere.
 */
import type { Faults, Wire } from '../faults/faults.ts';
import { type Reply, refused, replyAfter, replyBefore } from '../faults/request-fault.ts';
import { isRefusal, type Refusal } from '../matching/result.ts';
import { type ApiKey, type ApiKeys, checkSignature } from './api-keys.ts';
import { checkTimestamp, type Parameters, withoutSecurity } from './parameters.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Route, RouteTable } from './route.ts';

/** One of the exchanges: what can be asked of it, and how often. */
export interface Venue {
  readonly routes: RouteTable;
  readonly limits: RateLimits;
}

/** Where the requests of all venues are checked. */
export interface Gate {
  readonly keys: ApiKeys;
  readonly faults: Faults;
  readonly clock: () => number;
  /** Resolves so much later. */
  readonly pause: (delayMs: number) => Promise<void>;
}

export interface Call {
  /** Method and path of the route: `POST /fapi/v1/order`. */
  readonly endpoint: string;
  readonly parameters: Parameters;
  readonly wire: Wire;
  readonly address: string;
  readonly apiKey: string | undefined;
  /** The text that the signature is over; none where a logged-on connection needs no signature. */
  readonly payload: string | undefined;
}

export class Dispatcher {
  readonly #venue: Venue;
  readonly #gate: Gate;

  constructor(venue: Venue, gate: Gate) {
    this.#venue = venue;
    this.#gate = gate;
  }

  get limits(): RateLimits {
    return this.#venue.limits;
  }

  routeOf(endpoint: string): Route | undefined {
    const { routes } = this.#venue;
    return Object.hasOwn(routes, endpoint) ? routes[endpoint] : undefined;
  }

  async dispatch(route: Route, call: Call): Promise<Reply> {
    const { parameters, address } = call;
    const weight = typeof route.weight === 'number' ? route.weight : route.weight(parameters);
    const refusedBefore =
      this.weigh(address, weight) ?? this.#authenticate(route, call) ?? this.#count(route);
    if (refusedBefore !== undefined) return refusedBefore;
    const { faults, clock, pause } = this.#gate;
    const fault = faults.onRequest(call.endpoint, call.wire);
    if (fault === undefined) return this.#run(route, parameters);
    if (fault.kind === 'latency') {
      await pause(fault.acceptMs);
      // The matching engine looks at the receive window again.
      const reply =
        (route.security === 'signed' ? this.#late(parameters) : undefined) ?? this.#run(route, parameters);
      await pause(fault.ackMs);
      return reply;
    }
    const nowMs = clock();
    const before = replyBefore(fault, parameters, nowMs);
    if (before !== undefined) return before;
    const reply = this.#run(route, parameters);
    return replyAfter(fault, reply, nowMs) ?? reply;
  }

  /** Counts the weight of a request. */
  weigh(address: string, weight: number): Reply | undefined {
    return throttled(this.limits.request(address, weight, this.#gate.clock()));
  }

  /** The key that proves who signed, or why it does not. */
  prove(apiKey: string | undefined, payload: string | undefined, parameters: Parameters): ApiKey | Refusal {
    const key = this.#gate.keys.find(apiKey);
    if (isRefusal(key)) return key;
    return (
      checkTimestamp(parameters, this.serverTimeMs()) ??
      (payload === undefined ? undefined : checkSignature(key, payload, parameters['signature'])) ??
      key
    );
  }

  serverTimeMs(): number {
    return this.#gate.clock() + this.#gate.faults.clockSkewMs();
  }

  #count(route: Route): Reply | undefined {
    return route.isOrder ? throttled(this.limits.order(this.#gate.clock())) : undefined;
  }

  #authenticate({ security }: Route, { apiKey, payload, parameters }: Call): Reply | undefined {
    if (security === 'none') return undefined;
    const key = security === 'key' ? this.#gate.keys.find(apiKey) : this.prove(apiKey, payload, parameters);
    return isRefusal(key) ? refused(key) : undefined;
  }

  #late(parameters: Parameters): Reply | undefined {
    const refusal = checkTimestamp(parameters, this.serverTimeMs());
    return refusal === undefined ? undefined : refused(refusal);
  }

  #run(route: Route, parameters: Parameters): Reply {
    const result = route.run({
      parameters: withoutSecurity(parameters),
      nowMs: this.#gate.clock(),
      serverTimeMs: this.serverTimeMs(),
    });
    return result.ok ? { kind: 'answer', status: 200, body: result.body } : refused(result);
  }
}

function throttled(told: ReturnType<RateLimits['request']>): Reply | undefined {
  return told === undefined ? undefined : refused(told.refusal, told.retryAfterSeconds);
}
