/** What the shared parts of the adapter have to be told of the venue that they serve. */

import type { Endpoint } from './endpoints.ts';
import type { ErrorTable } from './errors.ts';
import type { RateLimits } from './rate-limits.ts';

export interface Venue {
  readonly timePath: Endpoint;
  /** What is assumed until the venue has published its limits. */
  readonly limits: RateLimits;
  readonly errors: ErrorTable;
}
