// Goal: who follows the events hears every durable fact once, whatever happens to the connection. Method: real connections
// to the real server of a running engine, cut and taken up again.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { EventFeed } from '#api/event-feed.ts';
import { type ExecutionEvent, executionEvent } from '#api/views/event.ts';
import type { Entry } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import { systemTimers } from '#engine/time.ts';
import { decodeEntry } from '#journal/codec.ts';
import { MemoryJournal } from '#journal/memory.ts';
import { decide, runOneEngine, theEngine } from '#test/support/api-client.ts';
import { until } from '#test/support/until.ts';

runOneEngine();

let listening: Promise<string> | undefined;
function address(): Promise<string> {
  listening ??= theEngine().server.listen({ host: '127.0.0.1', port: 0 });
  return listening;
}

interface Problem {
  readonly code: string;
}
const codeOf = async (response: Response): Promise<string> => ((await response.json()) as Problem).code;

class Follower {
  readonly heard: ExecutionEvent[] = [];
  readonly #abort = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  async open(path = '/v1/events', lastId?: number): Promise<this> {
    const headers: Record<string, string> = lastId === undefined ? {} : { 'last-event-id': `${lastId}` };
    const response = await fetch(`${await address()}${path}`, { headers, signal: this.#abort.signal });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    this.#ended = this.#take(response).catch(() => {});
    return this;
  }

  async #take({ body }: Response): Promise<void> {
    assert.ok(body);
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const [, id, data] = /^id: (\d+)\ndata: (.+)$/.exec(event) ?? [];
        if (data === undefined) continue;
        const told = executionEvent.parse(JSON.parse(data));
        assert.equal(told.seq, Number(id));
        this.heard.push(told);
      }
    }
  }

  async cut(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  get last(): number {
    return this.heard.at(-1)?.seq ?? 0;
  }
}

const head = (): number => {
  const last = theEngine().store.rows.at(-1);
  return last === undefined ? 0 : last.seq + last.count - 1;
};
const numbers = (events: readonly ExecutionEvent[]) => events.map(({ seq }) => seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

it('a client that was cut off and comes back misses nothing and hears nothing twice', async () => {
  const first = await new Follower().open();
  await decide({ strategy_id: 'followed' });
  await until('facts were heard', () => first.heard.length > 3);
  await first.cut();
  await decide({ strategy_id: 'followed' });
  const second = await new Follower().open('/v1/events', first.last);
  await decide({ strategy_id: 'followed' });
  const end = await until('all is heard', () => (second.last >= head() ? second.last : undefined));
  await second.cut();
  const all = [...first.heard, ...second.heard];
  assert.deepEqual(numbers(all), range(all[0]?.seq ?? 0, end));
});

it('from the first fact on they are those of the journal', async () => {
  const follower = await new Follower().open('/v1/events', 0);
  await until('all is heard', () => follower.last >= head());
  await follower.cut();
  const facts = theEngine().store.rows.flatMap(({ seq, body }) => decodeEntry(seq, body).facts);
  assert.deepEqual(
    follower.heard.map(({ type }) => type),
    facts.slice(0, follower.heard.length).map(({ type }) => type),
  );
});

it('a client may follow one strategy, with all that becomes of its orders', async () => {
  const follower = await new Follower().open('/v1/events?strategy=mine');
  await decide({ strategy_id: 'theirs' });
  await decide({ strategy_id: 'mine' });
  await until('it is protected', () => follower.heard.some(({ type }) => type === 'position.protected'));
  await follower.cut();
  assert.deepEqual(new Set(follower.heard.map(({ strategy_id }) => strategy_id)), new Set(['mine']));
  const types = new Set(follower.heard.map(({ type }) => type));
  for (const type of ['signal.received', 'order.planned', 'order.accepted', 'order.filled', 'order.ended']) {
    assert.ok(types.has(type), type);
  }
});

it('a number that no fact has had is refused', async () => {
  for (const id of ['999999999', 'x', '-1']) {
    const response = await fetch(`${await address()}/v1/events`, { headers: { 'last-event-id': id } });
    assert.deepEqual([response.status, await codeOf(response)], [400, 'wrong_parameter']);
  }
});

it('no more clients are served than there is room for, and room is made when one goes', async () => {
  const followers = await Promise.all(Array.from({ length: 16 }, () => new Follower().open()));
  const refused = await fetch(`${await address()}/v1/events`);
  assert.deepEqual([refused.status, await codeOf(refused)], [503, 'too_many_streams']);
  await followers[0]?.cut();
  const next = await until('there is room', async () => {
    const follower = new Follower();
    return follower.open().catch(() => undefined);
  });
  await Promise.all([...followers, next].map((follower) => follower.cut()));
});

it('a client that reads nothing holds nobody up', async () => {
  const socket = connect(Number(new URL(await address()).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  socket.write('GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: 0\r\n\r\n');
  const follower = await new Follower().open();
  await decide({ strategy_id: 'quick' });
  await until('the other one hears', () => follower.heard.length > 3);
  await follower.cut();
  socket.destroy();
});

it('whoever is further behind than memory reaches is served from the journal, in pages', async () => {
  const journal = new MemoryJournal();
  const feed = new EventFeed(systemTimers);
  for (let seq = 1; seq <= 5_000; seq += 2) {
    const entry = {
      seq,
      at: seq,
      facts: [{ type: 'telemetry.canary' }, { type: 'telemetry.canary' }],
    } as unknown as Entry;
    await journal.append(entry);
    feed.apply(entry);
  }
  const seen: number[] = [];
  for (let next = 2; next <= feed.head; ) {
    const facts = await feed.read(journal, next as Seq);
    assert.ok(facts.length > 0 && facts.length <= 201);
    seen.push(...facts.map(({ seq }) => seq));
    next = (seen.at(-1) ?? 0) + 1;
  }
  assert.deepEqual(seen, range(2, 5_000));
});

it('what an engine left behind without a word is heard too', async () => {
  const journal = new MemoryJournal();
  const feed = new EventFeed(systemTimers);
  const entries = [1, 2, 3].map(
    (seq) => ({ seq, at: seq, facts: [{ type: 'telemetry.canary' }] }) as unknown as Entry,
  );
  for (const entry of entries) await journal.append(entry);
  const [first, , third] = entries;
  const news = feed.wait(5_000);
  if (first !== undefined) feed.apply(first);
  await Promise.race([news, pause(1_000).then(() => assert.fail('nobody was woken'))]);
  if (third !== undefined) feed.apply(third);
  assert.deepEqual(
    (await feed.read(journal, 2 as Seq)).map(({ seq }) => seq),
    [2, 3],
  );
});
