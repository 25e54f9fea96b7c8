/**
 * What a key may do, and whether that is what an engine should hold: it trades futures, from known addresses, and can
 * move no money away. What is not told counts as the worst.
 * https://developers.binance.com/docs/wallet/account/api-key-permission
 */

import { z } from 'zod';
import type { Answer } from '../port.ts';
import { nobody } from './observer.ts';
import { RateGate } from './rate-gate.ts';
import { describe, Rest, type RestOptions } from './rest.ts';

const permissions = z.object({
  ipRestrict: z.boolean(),
  enableFutures: z.boolean(),
  enableWithdrawals: z.boolean(),
  enableInternalTransfer: z.boolean(),
  permitsUniversalTransfer: z.boolean(),
});

type KeyPermissions = z.output<typeof permissions>;

const PATH = '/sapi/v1/account/apiRestrictions';

/** @param walletUrl https://api.binance.com, whose clock and limits are its own */
export async function checkKey(walletUrl: string, options: RestOptions): Promise<Answer<void>> {
  const rest = new Rest({
    ...options,
    restUrl: walletUrl,
    venue: { ...options.venue, timePath: '/api/v3/time' },
    rateGate: new RateGate(options.venue.limits),
    socketApi: undefined,
    observer: nobody,
  });
  try {
    return await check(rest);
  } finally {
    await rest.close();
  }
}

async function check(rest: Rest): Promise<Answer<void>> {
  const result = await rest.call({ method: 'GET', path: PATH, security: 'signed' });
  if (result.kind === 'error') return refused(`its permissions cannot be read: ${describe(result)}`);
  const read = permissions.safeParse(result.body);
  if (!read.success) {
    const missing = read.error.issues.map(({ path }) => path.join('.') || 'everything').join(', ');
    return refused(`its permissions cannot be read: ${missing} is missing or no yes or no`);
  }
  const objections = objectionsTo(read.data);
  return objections.length === 0 ? { kind: 'answer', value: undefined } : refused(objections.join('; '));
}

const refused = (why: string): Answer<void> => ({ kind: 'failed', cause: `the key is refused: ${why}` });

const objectionsTo = (key: KeyPermissions): string[] => [
  ...(key.enableWithdrawals ? ['it can withdraw (enableWithdrawals)'] : []),
  ...(key.enableInternalTransfer ? ['it can transfer to other accounts (enableInternalTransfer)'] : []),
  ...(key.permitsUniversalTransfer ? ['it can transfer between wallets (permitsUniversalTransfer)'] : []),
  ...(key.ipRestrict ? [] : ['it is not restricted to IP addresses (ipRestrict)']),
  ...(key.enableFutures ? [] : ['it cannot trade futures (enableFutures)']),
];
