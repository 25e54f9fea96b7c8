/** Registers the test of a card, at the simulated exchange and, with a key for it, at Binance's testnet. */
import { test } from 'node:test';
import { startSimex } from '#simex/server.ts';
import { SimexClient } from '../simex-client.ts';
import { CardExchange, SimulatedCardExchange } from './card-exchange.ts';
import { usdmCards } from './usdm-cards.ts';

type CardId = keyof typeof usdmCards;
type SimulatedId = {
  [Id in CardId]: (typeof usdmCards)[Id] extends { simulatedOnly: true } ? Id : never;
}[CardId];

/** https://developers.binance.com/docs/derivatives/usds-margined-futures/general-info */
const TESTNET_REST = 'https://demo-fapi.binance.com';
const TESTNET_STREAMS = 'wss://fstream.binancefuture.com';
const TESTNET_REQUEST_MS_MAX = 10_000;

const { BINANCE_TESTNET_API_KEY: apiKey = '', BINANCE_TESTNET_API_SECRET: apiSecret = '' } = process.env;

/** Why the cards do not run at the testnet, or undefined if they do. */
export const testnetMissing =
  apiKey === '' || apiSecret === ''
    ? 'The cards did not run at Binance: BINANCE_TESTNET_API_KEY and BINANCE_TESTNET_API_SECRET are not set.'
    : undefined;

export function card(id: Exclude<CardId, SimulatedId>, run: (exchange: CardExchange) => Promise<void>): void {
  test(`${id} ${usdmCards[id].says}`, () => atSimulated(run));
  if (testnetMissing === undefined) test(`${id} at the testnet: ${usdmCards[id].says}`, () => atTestnet(run));
}

export function simulatedCard(
  id: SimulatedId,
  run: (exchange: SimulatedCardExchange) => Promise<void>,
): void {
  test(`${id} ${usdmCards[id].says}`, () => atSimulated(run));
}

async function atSimulated(run: (exchange: SimulatedCardExchange) => Promise<void>): Promise<void> {
  const simex = await startSimex({ port: 0, seed: 1, dualSide: false });
  const streamUrl = simex.url.replace('http:', 'ws:');
  const exchange = new SimulatedCardExchange(new SimexClient(simex.url), streamUrl, '1');
  try {
    await exchange.setPrice('50000');
    await run(exchange);
  } finally {
    exchange.close();
    await simex.close();
  }
}

async function atTestnet(run: (exchange: CardExchange) => Promise<void>): Promise<void> {
  const client = new SimexClient(TESTNET_REST, { apiKey, apiSecret, timeoutMs: TESTNET_REQUEST_MS_MAX });
  const exchange = new CardExchange(client, TESTNET_STREAMS, String(Date.now()));
  try {
    await exchange.clear();
    await run(exchange);
  } finally {
    await exchange.clear();
    exchange.close();
  }
}
