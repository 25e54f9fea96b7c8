/**
 * Faults that the wires of the simulated exchange inject on demand. A request fault is about one answer, a stream
 * fault about one event of the private stream; both can be limited by probability and by count.
 */
import { z } from 'zod';
import type { RandomState } from '../market/random.ts';
import { nextBelow, seedRandom } from '../market/random.ts';

const chance = {
  /** How often it strikes, 0 to 1; always unless told. */
  probability: z.number().min(0).max(1).optional(),
  /** How many times it strikes before it is gone; for ever unless told. */
  count: z.int().min(1).max(1_000_000).optional(),
};
const delayMs = z.int().min(1).max(60_000);
const latencyMs = z.int().min(0).max(60_000);
const endpoint = z
  .string()
  .regex(/^(GET|POST|PUT|DELETE) \/(fapi|api|sapi)\/[a-zA-Z0-9/]+$/)
  .optional();
const wires = ['rest', 'websocket'] as const;
export type Wire = (typeof wires)[number];
/** Which requests it concerns; all unless told. */
const target = { endpoint, wire: z.enum(wires).optional() };

const requestFaultKinds = [
  'accept-then-503',
  'refuse-then-503',
  'accept-then-1006',
  'accept-then-1007',
  'refuse-then-1007',
  'reset-before',
  'reset-after',
  'hang-before',
  'hang-after',
  'service-unavailable',
  'internal-error',
  'throttled',
] as const;
const streamFaultKinds = ['stream-duplicate', 'stream-drop', 'stream-reorder', 'stream-disconnect'] as const;

const userEvent = z
  .enum(['ORDER_TRADE_UPDATE', 'ACCOUNT_UPDATE', 'ALGO_UPDATE', 'ACCOUNT_CONFIG_UPDATE'])
  .optional();

export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(requestFaultKinds), ...target, ...chance }),
  z.strictObject({
    kind: z.enum(['rate-limited', 'banned']),
    ...target,
    retryAfterSeconds: z.int().min(1).max(259_200),
    ...chance,
  }),
  /** An order cannot be queried until so long after it was accepted. */
  z.strictObject({ kind: z.literal('query-lag'), ...target, delayMs, ...chance }),
  /** A request is carried out so much later, and answered so much later still. */
  z.strictObject({
    kind: z.literal('latency'),
    ...target,
    acceptMs: latencyMs.default(0),
    ackMs: latencyMs.default(0),
    ...chance,
  }),
  z.strictObject({ kind: z.enum(streamFaultKinds), event: userEvent, ...chance }),
  z.strictObject({ kind: z.literal('stream-delay'), event: userEvent, delayMs, ...chance }),
  /** The private stream stays open and says nothing. */
  z.strictObject({ kind: z.literal('stream-silent') }),
  z.strictObject({ kind: z.literal('clock-skew'), skewMs: z.int().min(-3_600_000).max(3_600_000) }),
]);
export type Fault = z.infer<typeof faultSchema>;
type StreamFault = Extract<Fault, { kind: `stream-${string}` }>;
type RequestFault = Exclude<Fault, { kind: `stream-${string}` | 'clock-skew' }>;

interface ActiveFault {
  readonly id: number;
  readonly fault: Fault;
  hits: number;
}

export const FAULTS_MAX = 100;
const PER_MILLION = 1_000_000;
/** What a query lag concerns. */
const queries: readonly string[] = [
  'GET /fapi/v1/order',
  'GET /fapi/v1/algoOrder',
  'GET /api/v3/order',
  'GET /api/v3/orderList',
];

/** Every kind that leaves the exchange able to recover, each with the given probability. */
export function faultMix(probability: number): Fault[] {
  const order = { endpoint: 'POST /fapi/v1/order' };
  return [
    { kind: 'accept-then-503', ...order, probability },
    { kind: 'refuse-then-503', ...order, probability },
    { kind: 'accept-then-1007', ...order, probability },
    { kind: 'refuse-then-1007', ...order, probability },
    { kind: 'reset-before', probability },
    { kind: 'reset-after', probability },
    { kind: 'internal-error', probability },
    { kind: 'query-lag', delayMs: 300, probability },
    { kind: 'stream-duplicate', probability },
    { kind: 'stream-drop', probability },
    { kind: 'stream-reorder', probability },
    { kind: 'stream-delay', delayMs: 250, probability },
    { kind: 'stream-disconnect', probability: probability / 10 },
  ];
}

export class Faults {
  readonly #active: ActiveFault[] = [];
  #random: RandomState;
  #nextId = 1;

  constructor(seed: number) {
    this.#random = seedRandom(seed, 'faults');
  }

  reseed(seed: number): void {
    this.#random = seedRandom(seed, 'faults');
  }

  /** Gives the ids of the new faults, or undefined when there would be too many. */
  add(faults: readonly Fault[]): number[] | undefined {
    if (this.#active.length + faults.length > FAULTS_MAX) return undefined;
    return faults.map((fault) => {
      const id = this.#nextId;
      this.#nextId += 1;
      this.#active.push({ id, fault, hits: 0 });
      return id;
    });
  }

  clear(): void {
    this.#active.length = 0;
  }

  list(): readonly ActiveFault[] {
    return this.#active;
  }

  /** The fault that strikes this request, if any. */
  onRequest(endpointName: string, wire: Wire): RequestFault | undefined {
    return this.#strike(
      (fault): fault is RequestFault =>
        isRequestFault(fault) &&
        (fault.kind !== 'query-lag' || queries.includes(endpointName)) &&
        (fault.endpoint === undefined || fault.endpoint === endpointName) &&
        (fault.wire === undefined || fault.wire === wire),
    );
  }

  /** The fault that strikes this event of the private stream, if any. */
  onUserEvent(event: string): StreamFault | undefined {
    return this.#strike(
      (fault): fault is StreamFault =>
        fault.kind.startsWith('stream-') &&
        (!('event' in fault) || fault.event === undefined || fault.event === event),
    );
  }

  clockSkewMs(): number {
    let skewMs = 0;
    for (const { fault } of this.#active) if (fault.kind === 'clock-skew') skewMs = fault.skewMs;
    return skewMs;
  }

  #strike<F extends Fault>(concerns: (fault: Fault) => fault is F): F | undefined {
    for (const active of this.#active) {
      const { fault } = active;
      if (!concerns(fault) || !this.#happens(fault)) continue;
      active.hits += 1;
      if (active.hits >= countOf(fault)) this.#active.splice(this.#active.indexOf(active), 1);
      return fault;
    }
    return undefined;
  }

  #happens(fault: Fault): boolean {
    const probability = 'probability' in fault ? (fault.probability ?? 1) : 1;
    return nextBelow(this.#random, PER_MILLION) < probability * PER_MILLION;
  }
}

const isRequestFault = (fault: Fault): fault is RequestFault =>
  !fault.kind.startsWith('stream-') && fault.kind !== 'clock-skew';

const countOf = (fault: Fault): number =>
  'count' in fault && fault.count !== undefined ? fault.count : Number.POSITIVE_INFINITY;
