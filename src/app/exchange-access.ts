/** Which exchange a mode trades at, with which key, and how the account is to be set up there. */

import type { Secret } from '#core/secret.ts';
import type { AccountWishes } from '#exchange/binance/usdm/configuration.ts';
import { addresses } from './addresses.ts';
import { type Config, wantedOf } from './config.ts';

export interface ExchangeAccess {
  readonly restUrl: string;
  readonly streamUrl: string;
  readonly wsApiUrl: string;
  /** Where the permissions of the key are read; undefined where there is no money to lose. */
  readonly walletUrl: string | undefined;
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
}

/**
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-api-general-info
 */
const binance = {
  testnet: {
    rest: 'https://demo-fapi.binance.com',
    streams: 'wss://fstream.binancefuture.com',
    wsApi: 'wss://testnet.binancefuture.com/ws-fapi/v1',
    wallet: undefined,
  },
  live: {
    rest: 'https://fapi.binance.com',
    streams: 'wss://fstream.binance.com',
    wsApi: 'wss://ws-fapi.binance.com/ws-fapi/v1',
    wallet: 'https://api.binance.com',
  },
} as const;

export function exchangeAccess({ values }: Pick<Config, 'values'>): ExchangeAccess {
  const { TRADING_MODE: mode, BINANCE_API_KEY: apiKey, BINANCE_API_SECRET: apiSecret } = values;
  if (mode === 'paper') return paperAccess({ values });
  if (apiKey === undefined || apiSecret === undefined) throw new Error(`${mode} mode has a key by now`);
  const { rest, streams, wsApi, wallet } = binance[mode];
  return {
    restUrl: values.BINANCE_REST_URL ?? rest,
    streamUrl: values.BINANCE_STREAM_URL ?? streams,
    wsApiUrl: values.BINANCE_WS_API_URL ?? wsApi,
    walletUrl: wallet === undefined ? undefined : (values.BINANCE_WALLET_URL ?? wallet),
    apiKey,
    apiSecret,
  };
}

function paperAccess({ values }: Pick<Config, 'values'>): ExchangeAccess {
  const { exchange, exchangeStreams } = addresses({ values });
  return {
    restUrl: exchange,
    streamUrl: exchangeStreams,
    wsApiUrl: `${exchangeStreams}/ws-fapi/v1`,
    walletUrl: undefined,
    apiKey: values.SIMEX_API_KEY,
    apiSecret: values.SIMEX_API_SECRET,
  };
}

export const accountWishes = ({ values }: Pick<Config, 'values'>): AccountWishes => ({
  positionMode: values.TRADEENGINE_POSITION_MODE,
  symbols: new Map(
    values.TRADEENGINE_SYMBOLS.map((symbol) => [
      symbol,
      {
        leverage: wantedOf(values.TRADEENGINE_LEVERAGE, symbol),
        marginType: wantedOf(values.TRADEENGINE_MARGIN_TYPE, symbol),
      },
    ]),
  ),
});
