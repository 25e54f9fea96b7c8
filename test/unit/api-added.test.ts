// Goal: an entry that adds to a position is told by what it did, not by what the opening did. Method: recorded entries.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain, explanation } from '#api/views/explain.ts';
import type { Entry } from '#core/facts.ts';
import { clientOrderIdOf, intentIdOf, type Seq, type SignalKey, type TraceId } from '#core/ids.ts';
import {
  accepted,
  assets,
  begin,
  closedBy,
  covered,
  entered,
  entriesOf,
  figures,
  filled,
  planned,
  position,
  received,
  T0,
  taken,
} from '#test/support/recorded-story.ts';

describe('the story of an entry that added to a position', () => {
  const other = { signal: 20 as Seq, key: 'c'.repeat(20) as SignalKey, trace: 'd'.repeat(32) as TraceId };
  const mine = { signal: other.signal, trace: other.trace };
  const entryId = clientOrderIdOf(intentIdOf(other.key, 'entry', 'LONG'), 1);
  const larger = planned('stop', 29, { type: 'STOP_MARKET', triggerPrice: '49500', quantity: '0.008' });
  const opening: Parameters<typeof entriesOf> = [begin, entered, [99, taken('stop', 6), covered]];
  /** From the receipt of the second signal on. */
  const adding: Parameters<typeof entriesOf> = [
    [
      1_000,
      { ...received(), ...other, receivedAt: T0 + 1_000_000 },
      { ...accepted, ...mine },
      {
        ...planned('entry'),
        story: other,
        order: { ...planned('entry').order, clientOrderId: entryId },
      },
    ],
    [
      1_020,
      { ...filled('entry', '0.004', '50100', 't2'), ...mine, clientOrderId: entryId },
      { type: 'position.changed', position, ...mine, ...figures, quantity: '0.008', stop: '49500.1' },
      {
        type: 'position.exposed',
        position,
        ...mine,
        quantity: '0.008',
        covered: '0.004',
        cause: 'position_grew',
      },
      larger,
    ],
    [
      1_045,
      taken('stop', 29),
      { type: 'position.protected', position, ...mine, quantity: '0.008', exposedSince: T0 + 1_020_000 },
    ],
  ];
  const renumbered = (entries: Entry[]): Entry[] =>
    entries.map((entry, index) =>
      index < opening.length ? entry : { ...entry, seq: (entry.seq + 11) as Seq },
    );
  const tellAdded = (...later: Parameters<typeof entriesOf>) => {
    const told = explain(renumbered(entriesOf(...opening, ...adding, ...later)), other.signal, assets);
    assert.ok(told);
    return explanation.parse(told);
  };
  const said =
    'Bought 0.004 BTC in 1 fill at 50 100, 20 ms after the signal, added to a position that was open; protected by a stop at 49 500 after 25 ms';

  it('measures protection from its own fill', () => {
    const told = tellAdded();
    assert.equal(told.sentence, `${said}.`);
    assert.equal(told.latencies_us.fill_to_protected, 25_000);
    assert.equal(told.positions[0]?.quantity, '0.008');
  });

  it('lists the guards that were planned when the position had grown, and no others', () => {
    assert.deepEqual(
      tellAdded().orders.map(({ leg, trigger_price }) => [leg, trigger_price]),
      [
        ['entry', null],
        ['stop', '49500'],
      ],
    );
  });

  it('knows the protection when the position is gone', () => {
    const told = tellAdded([2_038, filled('stop', '0.008', '49500', 't9', 29), closedBy('stop', '-4.4')]);
    assert.equal(
      told.sentence,
      `${said}. The LONG was closed by its stop after 2.0 s: a loss of 4.50 USDT after 0.10 of fees.`,
    );
    assert.equal(told.latencies_us.fill_to_protected, 25_000);
  });

  it('says that it is not protected yet although the position was before', () => {
    const entries = renumbered(entriesOf(...opening, ...adding.slice(0, 2)));
    const told = explain(entries, other.signal, assets);
    assert.match(told?.sentence ?? '', /added to a position that was open; not protected yet\.$/);
    assert.equal(told?.latencies_us.fill_to_protected, null);
  });
});
