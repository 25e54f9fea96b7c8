// Goal: the numbered behaviours of the exchange and their tests cannot drift apart, and it is said where they ran.
// Method: the card numbers in the sources of the tests against the table.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { testnetMissing } from '#test/support/cards/card.ts';
import { usdmCards } from '#test/support/cards/usdm-cards.ts';

test('every card has exactly one test', (t) => {
  const sources = globSync('exchange-cards-*.test.ts', { cwd: import.meta.dirname });
  const tested = sources.flatMap((file) =>
    [
      ...readFileSync(`${import.meta.dirname}/${file}`, 'utf8').matchAll(/^(?:c|simulatedC)ard\('(\w+)'/gm),
    ].map(([, id]) => id ?? ''),
  );
  const byNumber = (a: string, b: string) => Number(a.slice(1)) - Number(b.slice(1));
  assert.deepEqual(tested.toSorted(byNumber), Object.keys(usdmCards).toSorted(byNumber));
  t.diagnostic(testnetMissing ?? "The cards also ran at Binance's testnet.");
});
