/** The running engine's API, as the commands ask it. */

import { addresses } from '#app/addresses.ts';
import type { Config } from '#app/config.ts';
import { ask, type LocalAnswer, type LocalRequest } from './http.ts';

export interface EngineApi {
  readonly address: string;
  ask(path: string, request?: LocalRequest): Promise<LocalAnswer>;
}

export function engineApi(config: Config): EngineApi {
  const address = addresses(config).engine;
  const token = config.values.TRADEENGINE_TOKEN.reveal();
  const authorization: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  return {
    address,
    ask: (path, request = {}) =>
      ask(`${address}${path}`, { ...request, headers: { ...authorization, ...request.headers } }),
  };
}
