// docs/exchange-errors.md: what the adapter makes of each error code of the exchange.
import { type Meaning, needsOperator } from '#exchange/binance/errors.ts';
import { usdm } from '#exchange/binance/usdm/venue.ts';
import { generatedFrom, table } from './table.ts';

const otherKinds: Record<Exclude<Meaning['kind'], 'refused'>, string> = {
  unknown: 'unknown: resolved by asking',
  duplicate: 'unknown: resolved by asking, for an open order has this id',
  missing: 'there is no such order',
  clock: 'repaired (the clock is measured) and sent again',
  no_listen_key: 'repaired: the stream is opened with a new key',
  unchanged: 'it is so already',
};

function handling(meaning: Meaning): string {
  if (meaning.kind !== 'refused') return otherKinds[meaning.kind];
  if (needsOperator(meaning)) return 'refused as `not_authorised`: needs an operator, and says so';
  const retried = meaning.refusal === 'throttled' || meaning.refusal === 'unavailable';
  return `${retried ? 'not applied, tried again' : 'refused'} as \`${meaning.refusal}\``;
}

export function exchangeErrorsDocument(): string {
  const rows = [...usdm.errors.values()]
    .sort((a, b) => b.code - a.code)
    .map(({ code, meaning, text }) => [String(code), handling(meaning), text]);
  return `${generatedFrom('src/exchange/binance/errors.ts and src/exchange/binance/usdm/venue.ts')}

# Errors of the exchange

What each code of Binance USD-M futures means to the engine. A code that is not listed leaves the outcome unknown: it is
resolved by asking. So is every answer with status 408 or 5xx, whatever its code, except the 503s that say that the request
failed. A 429 pauses all that protects nothing; a 418 stops everything until the ban is over.

${table(['Code', 'What follows', 'What the exchange says'], rows)}
`;
}
