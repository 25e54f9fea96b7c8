// Goal: each turn that a signal's story can take is told as it was. Method: entries as the journal holds them, told.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain } from '#api/views/explain.ts';
import { summaryOf } from '#api/views/order.ts';
import { Orders } from '#api/views/orders.ts';
import { groupDigits, showDuration } from '#api/views/text.ts';
import {
  about,
  accepted,
  assets,
  begin,
  closedBy,
  covered,
  decided,
  ended,
  entered,
  entriesOf,
  filled,
  idOf,
  opened,
  planned,
  positionFact,
  received,
  stop,
  story,
  T0,
  taken,
  tell,
  trace,
} from '#test/support/recorded-story.ts';

describe('the sentence of a signal', () => {
  const stories: [string, string, ...Parameters<typeof entriesOf>][] = [
    ['an entry on its way', 'A market order to buy 0.004 BTC is on its way to the exchange.', begin],
    [
      'an entry of unknown fate',
      'A market order to buy 0.004 BTC was sent; whether the exchange has it is being found out.',
      begin,
      [9, { type: 'order.unknown', ...about('entry'), cause: 'no answer', plannedAt: T0, decidableAt: T0 }],
    ],
    [
      'a limit order that works',
      'A limit order to buy 0.004 BTC at 49 900.5 is working at the exchange; nothing has filled yet.',
      [1, received(), accepted, planned('entry', 1, { type: 'LIMIT', price: '49900.5' })],
      [9, taken('entry')],
    ],
    [
      'an entry that the exchange refused',
      'A market order to buy 0.004 BTC was not placed. The exchange refused it: Margin is insufficient. (-2019). It is given up.',
      begin,
      [
        9,
        {
          type: 'order.refused',
          ...about('entry'),
          refusal: 'insufficient_margin',
          code: -2019,
          message: 'Margin is insufficient.',
          plannedAt: T0,
          sentAt: T0,
          answeredAt: T0,
        },
      ],
    ],
    [
      'an entry that ended without a fill',
      'A market order to buy 0.004 BTC ended as expired without a fill.',
      begin,
      [9, taken('entry'), ended('entry', 'expired', '0')],
    ],
    [
      'an entry that filled in parts at worse prices than expected',
      'Bought 0.004 BTC in 2 fills at 50 012.4, 38 ms after the signal, 0.75 bps slippage; not protected yet.',
      begin,
      [30, { ...filled('entry', '0.003', '50012.3', 't1'), slippageBps: '0.5' }],
      [38, { ...filled('entry', '0.001', '50012.7', 't2'), slippageBps: '1.5' }, opened, stop],
    ],
    [
      'an entry that filled and is not protected yet',
      'Bought 0.004 BTC in 1 fill at 50 012.30, 38 ms after the signal; not protected yet.',
      begin,
      entered,
    ],
    [
      'an entry in two fills that is protected',
      'Bought 0.004 BTC in 2 fills at 50 012.30, 38 ms after the signal; protected by a stop at 49 000 after 61 ms.',
      begin,
      [30, filled('entry', '0.001', '50012.30', 't1')],
      [38, filled('entry', '0.003', '50012.30', 't2'), ended('entry', 'filled', '0.004'), opened, stop],
      [99, taken('stop', 9), covered],
    ],
    [
      'a position that lost its stop',
      'Bought 0.004 BTC in 1 fill at 50 012.30, 38 ms after the signal; protected by a stop at 49 000 after 61 ms, not at this moment.',
      begin,
      entered,
      [99, covered],
      [200, positionFact('position.exposed', { quantity: '0.004', covered: '0' })],
    ],
    [
      'a position that its stop closed',
      'Bought 0.004 BTC in 1 fill at 50 012.30, 38 ms after the signal; protected by a stop at 49 000 after 61 ms. The LONG was closed by its stop after 3 min 4 s: a loss of 4.14 USDT after 0.10 of fees.',
      begin,
      entered,
      [99, taken('stop', 9), covered],
      [184_100, filled('stop', '0.004', '49000', 't9', 9), closedBy('stop', '-4.0492')],
    ],
    [
      'a position that the exchange does not have',
      'Bought 0.004 BTC in 1 fill at 50 012.30, 38 ms after the signal; protected by a stop at 49 000 after 61 ms. The exchange does not hold it any more.',
      begin,
      entered,
      [99, covered],
      [9_000, positionFact('position.adjusted', { from: '0.004', to: '0' })],
    ],
    [
      'a close',
      'The LONG was closed by a close signal 12 ms after the signal, held for 1.0 s: a profit of 0.90 USDT after 0.10 of fees.',
      [1, received('close'), accepted, planned('close')],
      [
        12,
        filled('close', '0.004', '50300', 't1'),
        { ...closedBy('close', '1'), signal: 900, openedAt: T0 - 988_000 },
      ],
    ],
    [
      'a hold',
      'The strategy asked to hold: there is nothing to do. No order was made.',
      [
        1,
        received('hold'),
        { type: 'signal.refused', ...decided, reason: 'hold', value: 'hold', limit: 'buy, sell or close' },
      ],
    ],
  ];
  for (const [what, sentence, ...entries] of stories) {
    it(`tells ${what}`, () => {
      assert.equal(tell(...entries).sentence, sentence);
    });
  }
});

describe('an explanation', () => {
  it('measures each stage', () => {
    const told = tell(begin, [31, taken('entry')], entered, [99, covered]);
    assert.deepEqual(told.latencies_us, {
      receive_to_decide: 1_000,
      decide_to_send: 1_000,
      send_to_answer: 28_000,
      answer_to_first_fill: 8_000,
      receive_to_first_fill: 38_000,
      receive_to_last_fill: 38_000,
      fill_to_protected: 61_000,
    });
  });

  it('counts how often the signal came again', () => {
    const again = {
      type: 'signal.duplicated',
      signal: 1,
      trace,
      content: received().content,
      receivedAt: T0,
    };
    assert.equal(tell(begin, [5, again], [6, again]).duplicates, 2);
  });

  it('numbers the facts as the journal does', () => {
    const told = tell(begin, entered);
    assert.deepEqual(
      told.facts.map(({ seq, type }) => [seq, type]),
      [
        [1, 'signal.received'],
        [2, 'signal.accepted'],
        [3, 'order.planned'],
        [4, 'order.filled'],
        [5, 'position.opened'],
        [6, 'order.planned'],
      ],
    );
  });

  it('is not made of entries that do not hold the receipt', () => {
    assert.equal(explain(entriesOf(entered), story.signal, assets), undefined);
  });
});

describe('orders', () => {
  it('show an attempt that was replaced by the next', () => {
    const orders = new Orders();
    const missing = { type: 'order.resolved', ...about('entry'), placed: false, how: 'query', plannedAt: T0 };
    for (const entry of entriesOf(begin, [9, missing], [20, planned('entry', 2)], [30, taken('entry', 2)])) {
      orders.apply(entry);
    }
    const shown = orders.newest({}, 10).map((history) => summaryOf(history));
    assert.deepEqual(
      shown.map(({ client_order_id, status }) => [client_order_id, status]),
      [
        [idOf('entry', 2), 'open'],
        [idOf('entry', 1), 'retried'],
      ],
    );
  });

  it('forget those that ended first, and never a live one', () => {
    const orders = new Orders(2);
    const entries = Array.from({ length: 10 }, (_, index): [number, ...object[]] => {
      const attempt = index + 1;
      const end = index === 0 ? [] : [ended('stop', 'canceled', '0', attempt)];
      return [index, planned('stop', attempt), ...end];
    });
    for (const entry of entriesOf(...entries)) orders.apply(entry);
    assert.deepEqual(
      orders.all().map(({ planned: { attempt } }) => attempt),
      [1, 9, 10],
    );
  });
});

describe('texts', () => {
  it('show times as people say them', () => {
    const shown: [number, string][] = [
      [412, '0.4 ms'],
      [38_400, '38 ms'],
      [1_249_000, '1.2 s'],
      [59_000_000, '59 s'],
      [185_000_000, '3 min 5 s'],
      [7_800_000_000, '2 h 10 min'],
      [-5, '0.0 ms'],
    ];
    for (const [micros, text] of shown) assert.equal(showDuration(micros), text);
  });

  it('group digits and leave decimals alone', () => {
    assert.equal(groupDigits('1234567.12345'), '1 234 567.12345');
    assert.equal(groupDigits('999'), '999');
  });
});
