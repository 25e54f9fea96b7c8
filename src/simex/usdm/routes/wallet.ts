/**
 * Endpoints of the wallet API that clients call when they start, and the permissions of the key.
 * https://developers.binance.com/docs/wallet/account/api-key-permission
 */

import { answer, type RouteTable } from '../../wire/route.ts';
import type { DurableUsdm } from '../durable.ts';

const KEY_CREATED_MS = 1_569_398_400_000;

export const walletRoutes = (exchange: DurableUsdm): RouteTable => ({
  'GET /sapi/v1/capital/config/getall': { weight: 10, security: 'signed', run: () => answer([]) },
  'GET /sapi/v1/margin/allPairs': { weight: 1, security: 'key', run: () => answer([]) },
  'GET /sapi/v1/account/apiRestrictions': {
    weight: 1,
    security: 'signed',
    run: () => answer({ createTime: KEY_CREATED_MS, ...exchange.view.state.account.restrictions }),
  },
});
