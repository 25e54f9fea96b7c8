/**
 * The messages of Binance's public streams that say where a market stands.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams
 */
import { z } from 'zod';

const decimal = z.string().regex(/^\d{1,20}(\.\d{1,10})?$/);

const data = z.discriminatedUnion('e', [
  z.object({ e: z.literal('bookTicker'), s: z.string(), b: decimal, B: decimal, a: decimal, A: decimal }),
  z.object({ e: z.literal('aggTrade'), s: z.string(), p: decimal, q: decimal, m: z.boolean() }),
  z.object({ e: z.literal('markPriceUpdate'), s: z.string(), p: decimal }),
]);
const message = z.object({ data });

export type LiveMessage = z.infer<typeof data>;

/** Undefined for whatever says nothing about a market. */
export function readMessage(text: string): LiveMessage | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  return message.safeParse(json).data?.data;
}
