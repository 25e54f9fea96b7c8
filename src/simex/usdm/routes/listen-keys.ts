/** Endpoints of the user data stream's key. */
import type { ListenKeys } from '../../wire/listen-keys.ts';
import { answer, type RouteTable } from '../../wire/route.ts';
import * as refusals from '../refusals.ts';

export const listenKeyRoutes = (listenKeys: ListenKeys): RouteTable => ({
  'POST /fapi/v1/listenKey': {
    weight: 1,
    security: 'key',
    run: ({ nowMs }) => answer({ listenKey: listenKeys.open(nowMs) }),
  },
  'PUT /fapi/v1/listenKey': {
    weight: 1,
    security: 'key',
    run: ({ nowMs }) => {
      const listenKey = listenKeys.prolong(nowMs);
      return listenKey === undefined ? refusals.unknownListenKey() : answer({ listenKey });
    },
  },
  'DELETE /fapi/v1/listenKey': {
    weight: 1,
    security: 'key',
    run: () => {
      listenKeys.close();
      return answer({});
    },
  },
});
