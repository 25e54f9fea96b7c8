/** tradeengine token NAME: a new token for the API, shown once, and its entry for the file of tokens, which has only its hash. */

import { randomBytes } from 'node:crypto';
import { type Scope, sha256Of } from '#api/access.ts';
import { exitCodes } from '#app/exit-codes.ts';
import type { CommandIo } from './io.ts';

const TOKEN_BYTES = 32;

export async function tokenCommand(
  name: string,
  scopes: readonly Scope[],
  { say, complain }: CommandIo,
): Promise<number> {
  const token = `te_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  complain('The token, which is nowhere else and cannot be shown again:');
  say(token);
  complain('Its entry in the file that TRADEENGINE_TOKENS_FILE names, {"tokens": [...]}:');
  complain(JSON.stringify({ name, scopes, sha256: sha256Of(token) }));
  return exitCodes.ok;
}
