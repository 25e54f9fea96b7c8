// Goal: each turn that a signal's story can take is told as it was. Method: entries as the journal holds them, told.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explain, explanation } from '#api/views/explain.ts';
import { explanationText } from '#api/views/explanation-text.ts';
import { summaryOf } from '#api/views/order.ts';
import { Orders } from '#api/views/orders.ts';
import { groupDigits, showDuration } from '#api/views/text.ts';
import type { Entry, Fact } from '#core/facts.ts';
import type { ClientOrderId, Micros, PositionKey, Seq, SignalKey, TraceId } from '#core/ids.ts';
import { clientOrderIdOf, intentIdOf, type Leg } from '#core/ids.ts';

const key = 'a'.repeat(20) as SignalKey;
const trace = 'b'.repeat(32) as TraceId;
const position = 'paper/s/BTCUSDT/LONG' as PositionKey;
const story = { signal: 1 as Seq, key, trace };
const assets = { base: 'BTC', quote: 'USDT' };
const T0 = 1_790_000_000_000_000;

const idOf = (leg: Leg, attempt: number): ClientOrderId =>
  clientOrderIdOf(intentIdOf(key, leg, 'LONG'), attempt);
const about = (leg: Leg, attempt = 1) => ({
  clientOrderId: idOf(leg, attempt),
  signal: story.signal,
  trace,
  symbol: 'BTCUSDT',
  leg,
});

const received = (action = 'buy') => ({
  type: 'signal.received',
  ...story,
  receivedAt: T0,
  content: {
    id: 'one',
    strategyId: 's',
    symbol: 'BTCUSDT',
    action,
    confidence: '0.9',
    orderType: 'market',
    timestampMs: T0 / 1000,
  },
});
const checks = [{ check: 'hold', value: 'buy', limit: 'buy, sell or close' }];
const decided = { signal: story.signal, trace, strategyId: 's', symbol: 'BTCUSDT', checks };
const accepted = { type: 'signal.accepted', ...decided, mark: '50000', bid: '49999', ask: '50001' };
const planned = (leg: Leg, attempt = 1, order: object = {}) => ({
  type: 'order.planned',
  story,
  position,
  strategyId: 's',
  leg,
  side: 'LONG',
  attempt,
  order: {
    clientOrderId: idOf(leg, attempt),
    book: 'regular',
    symbol: 'BTCUSDT',
    side: leg === 'entry' ? 'BUY' : 'SELL',
    positionSide: 'LONG',
    type: 'MARKET',
    quantity: '0.004',
    reduceOnly: false,
    ...order,
  },
});
const stop = planned('stop', 9, { book: 'conditional', type: 'STOP_MARKET', triggerPrice: '49000' });
const taken = (leg: Leg, attempt = 1) => ({
  type: 'order.accepted',
  ...about(leg, attempt),
  exchangeOrderId: '77',
  plannedAt: T0,
  sentAt: T0 + 2_000,
  answeredAt: T0 + 30_000,
});
const filled = (leg: Leg, quantity: string, price: string, tradeId: string, attempt = 1) => ({
  type: 'order.filled',
  ...about(leg, attempt),
  position,
  tradeId,
  price,
  quantity,
  fee: '0.05',
  feeAsset: 'USDT',
  maker: false,
  tradedAtMs: T0 / 1000,
  plannedAt: T0,
});
const ended = (leg: Leg, status: string, executed: string, attempt = 1) => ({
  type: 'order.ended',
  ...about(leg, attempt),
  status,
  executed,
});
const figures = { quantity: '0.004', cost: '200', realised: '0', fees: '0.1' };
const opened = {
  type: 'position.opened',
  position,
  ...story,
  story,
  strategyId: 's',
  symbol: 'BTCUSDT',
  side: 'LONG',
  stop: '49000.098',
  ...figures,
};
const positionFact = (type: string, rest: object) => ({
  type,
  position,
  signal: story.signal,
  trace,
  ...rest,
});
const covered = positionFact('position.protected', { quantity: '0.004', exposedSince: T0 + 38_000 });
const closedBy = (by: Leg, realised: string) =>
  positionFact('position.closed', { ...figures, quantity: '0', realised, by, openedAt: T0 + 38_000 });

/** Each list is an entry, at so many milliseconds after the receipt. */
function entriesOf(...entries: [atMs: number, ...facts: object[]][]): Entry[] {
  let seq = 1;
  return entries.map(([atMs, ...facts]) => {
    const entry = { seq: seq as Seq, at: (T0 + atMs * 1000) as Micros, facts: facts as unknown as Fact[] };
    seq += facts.length;
    return entry;
  });
}

function tell(...entries: Parameters<typeof entriesOf>) {
  const told = explain(entriesOf(...entries), story.signal, assets);
  assert.ok(told);
  explanation.parse(told);
  assert.ok(explanationText(told).startsWith(told.sentence));
  return told;
}

const begin: [number, ...object[]] = [1, received(), accepted, planned('entry')];
const entered: [number, ...object[]] = [38, filled('entry', '0.004', '50012.30', 't1'), opened, stop];

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
