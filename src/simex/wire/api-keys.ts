/**
 * The API keys of the account: one with a secret (HMAC), and any with a public key (Ed25519, RSA), as Binance has
 * them. All have the same rights.
 * https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security
 */
import { createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import { missingParameter, type Refusal } from '../matching/result.ts';
import * as refusals from './refusals.ts';

export type ApiKey =
  | { readonly kind: 'HMAC_SHA256'; readonly secret: string }
  | { readonly kind: 'ED25519' | 'RSA'; readonly publicKey: KeyObject };

const HEX_DIGEST = /^[0-9a-f]{64}$/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export const sign = (payload: string, secret: string): string =>
  createHmac('sha256', secret).update(payload).digest('hex');

/** The key of a PEM text, or undefined for a text that has none of a kind that Binance takes. */
export function readPublicKey(pem: string): ApiKey | undefined {
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey(pem);
  } catch {
    return undefined;
  }
  const { asymmetricKeyType } = publicKey;
  if (asymmetricKeyType === 'ed25519') return { kind: 'ED25519', publicKey };
  return asymmetricKeyType === 'rsa' ? { kind: 'RSA', publicKey } : undefined;
}

export class ApiKeys {
  readonly #keys: ReadonlyMap<string, ApiKey>;

  constructor(keys: ReadonlyMap<string, ApiKey>) {
    this.#keys = keys;
  }

  find(name: string | undefined): ApiKey | Refusal {
    if (name === undefined || name === '') return refusals.malformedApiKey();
    return this.#keys.get(name) ?? refusals.unknownApiKey();
  }
}

export function checkSignature(
  key: ApiKey,
  payload: string,
  signature: string | undefined,
): Refusal | undefined {
  if (signature === undefined || signature === '') return missingParameter('signature');
  return isSignedBy(key, payload, signature) ? undefined : refusals.invalidSignature();
}

function isSignedBy(key: ApiKey, payload: string, signature: string): boolean {
  if (key.kind === 'HMAC_SHA256') {
    const expected = Buffer.from(sign(payload, key.secret), 'hex');
    return HEX_DIGEST.test(signature) && timingSafeEqual(Buffer.from(signature, 'hex'), expected);
  }
  const digest = key.kind === 'RSA' ? 'RSA-SHA256' : null;
  return (
    BASE64.test(signature) &&
    verify(digest, Buffer.from(payload), key.publicKey, Buffer.from(signature, 'base64'))
  );
}
