/** The REST endpoints of USD-M futures, by method and path. */

import type { ListenKeys } from '../wire/listen-keys.ts';
import type { RateLimitOptions } from '../wire/rate-limits.ts';
import type { RouteTable } from '../wire/route.ts';
import type { DurableUsdm } from './durable.ts';
import { usdmMarketRoutes } from './market-routes.ts';
import { accountRoutes } from './routes/account.ts';
import { algoOrderRoutes } from './routes/algo-orders.ts';
import { listenKeyRoutes } from './routes/listen-keys.ts';
import { marketRoutes } from './routes/market.ts';
import { orderRoutes } from './routes/orders.ts';
import { settingsRoutes } from './routes/settings.ts';
import { walletRoutes } from './routes/wallet.ts';

export const usdmRoutes = (
  exchange: DurableUsdm,
  listenKeys: ListenKeys,
  limits: RateLimitOptions,
): RouteTable => ({
  ...marketRoutes(exchange, limits),
  ...usdmMarketRoutes(exchange.view.state),
  ...orderRoutes(exchange),
  ...algoOrderRoutes(exchange),
  ...accountRoutes(exchange),
  ...settingsRoutes(exchange),
  ...walletRoutes(exchange),
  ...listenKeyRoutes(listenKeys),
});
