/** The running engine's API, as the commands ask it. */

import type { z } from 'zod';
import { addresses } from '#app/addresses.ts';
import type { Config } from '#app/config.ts';
import { ask, type LocalAnswer, type LocalRequest, messageOf } from './http.ts';
import type { CommandIo } from './io.ts';

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

/** The answer as the schema reads it; undefined after a complaint where there is none. */
export async function askEngine<T>(
  engine: EngineApi,
  schema: z.ZodType<T>,
  path: string,
  request: LocalRequest,
  { complain }: Pick<CommandIo, 'complain'>,
): Promise<T | undefined> {
  const answer = await engine.ask(path, request);
  if (answer.kind === 'unreachable') {
    complain(`No engine answers at ${engine.address} (${answer.cause}).`);
    return undefined;
  }
  if (answer.status !== 200) {
    complain(messageOf(answer.body));
    return undefined;
  }
  const told = schema.safeParse(answer.body);
  if (told.success) return told.data;
  complain(`What answers at ${engine.address} does not speak as this version of the engine does.`);
  return undefined;
}
