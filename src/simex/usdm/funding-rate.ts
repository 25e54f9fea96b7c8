/**
 * When funding is due and at what rate. The exchange averages the premium over the eight hours; here the premium of
 * the moment stands for it.
 * https://www.binance.com/en/support/faq/introduction-to-binance-futures-funding-rates-360033525031
 */
import type { Rate } from '#core/money.ts';
import { rate } from '#core/money.ts';
import type { Market } from '../market/market.ts';

export const FUNDING_INTERVAL_HOURS = 8;
const FUNDING_INTERVAL_MS = FUNDING_INTERVAL_HOURS * 3600 * 1000;
const ONE = rate('1');
const INTEREST = rate('0.0001');
/** Around the premium, the interest counts within this distance only. */
const DAMPER = rate('0.0005');
export const FUNDING_RATE_MAX = rate('0.02');
/** A funding rate has eight decimals. */
const RATE_UNIT = 100n;

export const lastFundingMs = (nowMs: number): number => nowMs - (nowMs % FUNDING_INTERVAL_MS);
export const nextFundingMs = (nowMs: number): number => lastFundingMs(nowMs) + FUNDING_INTERVAL_MS;

const clamp = (value: bigint, most: bigint): bigint => {
  if (value > most) return most;
  return value < -most ? -most : value;
};

export function fundingRateOf({ mark, middle }: Market): Rate {
  const premium = ((mark - middle) * ONE) / middle;
  const full = premium + clamp(INTEREST - premium, DAMPER);
  return clamp((full / RATE_UNIT) * RATE_UNIT, FUNDING_RATE_MAX) as Rate;
}
