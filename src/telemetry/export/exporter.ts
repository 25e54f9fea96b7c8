/** What bringing telemetry to a collector needs of a protocol: one request, one honest answer. */

import { type Rejected, rejectedIn } from '../otlp/answer.ts';

export type Delivery =
  | { readonly kind: 'accepted'; readonly rejected: Rejected }
  /** The collector will never take these bytes. */
  | { readonly kind: 'refused'; readonly error: string }
  | Failed;

/** To be sent again. */
export interface Failed {
  readonly kind: 'failed';
  readonly error: string;
  /** The answer may be about the bytes: smaller pieces may be taken, and one item alone is not sent for ever. */
  readonly doubtful?: boolean;
  /** The collector's own wish; it is bounded by whoever waits. */
  readonly retryAfterMs?: number | undefined;
}

export interface Exporter<Request = Uint8Array> {
  readonly endpoint: string;
  send(request: Request): Promise<Delivery>;
  close(): void;
}

/** What a collector says of a request that it has accepted. */
export function acceptedBy(endpoint: string, answer: Uint8Array): Delivery {
  const rejected = rejectedIn(answer);
  return rejected === undefined ? notOtlp(endpoint) : { kind: 'accepted', rejected };
}

export const notOtlp = (endpoint: string): Failed => ({
  kind: 'failed',
  error: `${endpoint} answers, but not in the language of OTLP`,
});
