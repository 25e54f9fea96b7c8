/** What the adapter tells of its own doings, for whoever measures them. Nothing here waits or throws. */

import type { ClientOrderId, Micros } from '#core/ids.ts';
import type { Endpoint } from './endpoints.ts';
import type { Meaning } from './errors.ts';

export interface ObservedRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly endpoint: Endpoint;
  /** What the endpoint is appended to. */
  readonly baseUrl: string;
  readonly host: string;
  readonly port: number;
  /** Undefined where nothing was answered: `failure` says why. */
  readonly status: number | undefined;
  readonly failure: 'broken' | 'unsent' | 'held_back' | undefined;
  readonly outcome: 'answered' | 'held_back' | Meaning['kind'];
  readonly startedAt: Micros;
  readonly endedAt: Micros;
  /** The order that it was about. */
  readonly clientOrderId: ClientOrderId | undefined;
}

/** News of the account, best bid and ask, mark prices. */
export type StreamKind = 'user' | 'book' | 'mark';

export interface Observer {
  onRequest(request: ObservedRequest): void;
  onStream(stream: StreamKind, event: 'connected' | 'reconnected' | 'heard'): void;
  /** @param offsetMs the exchange's clock less ours */
  onClock(offsetMs: number): void;
}

export const nobody: Observer = { onRequest: () => {}, onStream: () => {}, onClock: () => {} };
