/** What the adapter tells of its own doings, for whoever measures them. Nothing here waits or throws. */

import type { ClientOrderId, Micros } from '#core/ids.ts';
import type { Endpoint } from './endpoints.ts';
import type { Meaning } from './errors.ts';

/** Where requests go. */
export interface Address {
  /** What endpoints are appended to. */
  readonly baseUrl: string;
  readonly host: string;
  readonly port: number;
}

export interface ObservedRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly endpoint: Endpoint;
  /** Over websocket the endpoint is that of the same request over http. */
  readonly protocol: 'http' | 'websocket';
  readonly address: Address;
  /** Undefined where nothing was answered: `failure` says why. */
  readonly status: number | undefined;
  readonly failure: 'broken' | 'unsent' | 'held_back' | undefined;
  readonly outcome: 'answered' | 'held_back' | Meaning['kind'];
  readonly startedAt: Micros;
  readonly endedAt: Micros;
  /** The order that it was about. */
  readonly clientOrderId: ClientOrderId | undefined;
}

/** News of the account, best bid and ask, mark prices, and the connection that orders go over. */
export type StreamKind = 'user' | 'book' | 'mark' | 'orders';

export interface Observer {
  onRequest(request: ObservedRequest): void;
  onStream(stream: StreamKind, event: 'connected' | 'reconnected' | 'heard'): void;
  /** @param offsetMs the exchange's clock less ours */
  onClock(offsetMs: number): void;
}

export const nobody: Observer = { onRequest: () => {}, onStream: () => {}, onClock: () => {} };

const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 };

export function addressOf(text: string): Address {
  const { protocol, host, hostname, port, pathname } = new URL(text);
  return {
    baseUrl: `${protocol}//${host}${pathname.replace(/\/$/, '')}`,
    host: hostname,
    port: port === '' ? (PORTS[protocol] ?? 0) : Number.parseInt(port, 10),
  };
}
