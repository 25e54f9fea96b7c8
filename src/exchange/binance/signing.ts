/**
 * Signed requests of type TRADE and USER_DATA, over the parameters as they are sent: HMAC-SHA256, or Ed25519 where the
 * secret is a private key in PEM.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 */

import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  sign as cryptoSign,
  type KeyObject,
} from 'node:crypto';
import type { Secret } from '#core/secret.ts';

export type Params = Readonly<Record<string, string | undefined>>;

const PLAIN = /^[\w.:-]*$/;

/** Leaves out what is undefined; keeps the order. Most values have nothing to encode. */
export function encodeParams(params: Params): string {
  let encoded = '';
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    const text = PLAIN.test(value) ? value : encodeURIComponent(value.toWellFormed());
    encoded += encoded === '' ? `${name}=${text}` : `&${name}=${text}`;
  }
  return encoded;
}

const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

export class Signer {
  readonly #key: KeyObject;

  /** @throws Error if the secret is a PEM that holds no Ed25519 key */
  constructor(secret: Secret) {
    const text = secret.reveal();
    this.#key = PEM.test(text) ? ed25519Key(text) : createSecretKey(text, 'utf8');
  }

  /** The payload with its signature as the last parameter, where Binance wants it. */
  sign(payload: string): string {
    return `${payload}&signature=${encodeURIComponent(this.signatureOf(payload))}`;
  }

  signatureOf(payload: string): string {
    return this.#key.type === 'private'
      ? cryptoSign(null, Buffer.from(payload), this.#key).toString('base64')
      : createHmac('sha256', this.#key).update(payload).digest('hex');
  }
}

function ed25519Key(pem: string): KeyObject {
  let key: KeyObject;
  try {
    // A variable of the environment may have its line ends written out.
    key = createPrivateKey(pem.replaceAll('\\n', '\n'));
  } catch {
    // The error of the parser is left out: it may quote the key.
    throw new Error('the API secret is not a readable private key');
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new Error(`the API secret is a private key of type ${key.asymmetricKeyType}, not ed25519`);
}
