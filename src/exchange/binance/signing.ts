/**
 * Signed requests of type TRADE and USER_DATA: HMAC-SHA256 over the parameters as they are sent.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */

import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Secret } from '#core/secret.ts';

export type Params = Readonly<Record<string, string | undefined>>;

/** Leaves out what is undefined; keeps the order. */
export function encodeParams(params: Params): string {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) encoded.append(name, value);
  }
  return encoded.toString();
}

export class Signer {
  readonly #key: KeyObject;

  constructor(secret: Secret) {
    this.#key = createSecretKey(secret.reveal(), 'utf8');
  }

  /** The payload with its signature as the last parameter, where Binance wants it. */
  sign(payload: string): string {
    return `${payload}&signature=${this.signatureOf(payload)}`;
  }

  signatureOf(payload: string): string {
    return createHmac('sha256', this.#key).update(payload).digest('hex');
  }
}
