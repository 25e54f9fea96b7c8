/**
 * The API keys that the environment names: one with a secret, and one for each public key that a file holds.
 */
import { readFileSync } from 'node:fs';
import { ConfigurationError } from './configuration-error.ts';
import { type ApiKey, readPublicKey } from './wire/api-keys.ts';

export const defaultApiKey = 'simex-key';
export const defaultApiSecret = 'simex-secret';

const publicKeys = [
  { kind: 'ED25519', variable: 'SIMEX_ED25519', name: 'simex-ed25519-key' },
  { kind: 'RSA', variable: 'SIMEX_RSA', name: 'simex-rsa-key' },
] as const;

/** By name. @throws ConfigurationError */
export function configuredKeys(
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, ApiKey> {
  const keys = new Map<string, ApiKey>([
    [
      env['SIMEX_API_KEY'] || defaultApiKey,
      { kind: 'HMAC_SHA256', secret: env['SIMEX_API_SECRET'] || defaultApiSecret },
    ],
  ]);
  for (const { kind, variable, name } of publicKeys) {
    const path = env[`${variable}_PUBLIC_KEY_FILE`];
    if (path === undefined || path === '') continue;
    const key = readPublicKey(textOf(path));
    if (key?.kind !== kind) {
      throw new ConfigurationError(
        `${variable}_PUBLIC_KEY_FILE names ${path}, which holds no ${kind} public key in PEM`,
      );
    }
    const own = env[`${variable}_API_KEY`] || name;
    if (keys.has(own)) throw new ConfigurationError(`${own} names two API keys`);
    keys.set(own, key);
  }
  return keys;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
