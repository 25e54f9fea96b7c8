/**
 * Goal: telemetry can neither stop nor change trading, and loses nothing by being away. Method: real processes; the
 * observatory is absent, frozen or killed while signals are traded; when it is back, each signal's whole story is there.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Scene } from '#test/support/scene.ts';
import { until } from '#test/support/until.ts';

const SIGNALS = 6;
const ARRIVAL_MS_MAX = 30_000;
const TRADED_MS_MAX = 5_000;

const expected = new Set(['signal receive', 'signal decide', 'order submit', 'order fill', 'protection arm']);

interface Explanation {
  readonly trace_id: string;
  readonly facts: readonly { readonly seq: number; readonly type: string }[];
}
interface Trace {
  readonly spans: readonly { readonly name: string; readonly spanId: string }[];
  readonly logs: readonly { readonly attributes: Readonly<Record<string, unknown>> }[];
}

let scene: Scene;
let published = 0;

before(async () => {
  scene = await Scene.open(11);
});
after(() => scene.close());

/** Trades signals to the end and returns what the engine says of each. */
async function trade(): Promise<Explanation[]> {
  const told: Explanation[] = [];
  for (let count = 0; count < SIGNALS; count += 1) {
    published += 1;
    const signal_id = `isolation-${published}`;
    const strategy_id = `strategy-${published}`;
    const signal = {
      signal_id,
      strategy_id,
      symbol: 'ETHUSDT',
      action: 'buy',
      confidence: 0.9,
      stop_loss_pct: 5,
    };
    assert.ok(await scene.post(`${scene.engineUrl}/v1/signals`, signal), `${signal_id} was not taken`);
    let story: Explanation | undefined;
    await until(
      `${signal_id} is protected`,
      async () => {
        story = (await scene.get(`${scene.engineUrl}/v1/explain/${signal_id}`)) as Explanation | undefined;
        return story?.facts.some(({ type }) => type === 'position.protected') === true;
      },
      TRADED_MS_MAX,
    );
    if (story !== undefined) told.push(story);
  }
  return told;
}

/** What an order that fills in several parts adds: the stop grows with it. */
const ofPartialFills = new Set(['position.changed', 'position.exposed', 'cancel.requested']);

const kindsOf = ({ facts }: Explanation): string =>
  [...new Set(facts.map(({ type }) => type))]
    .filter((type) => !ofPartialFills.has(type))
    .sort()
    .join(' ');

/** The observatory has each fact of each story, once. */
async function assertArrived(stories: readonly Explanation[]): Promise<void> {
  for (const story of stories) {
    let trace: Trace | undefined;
    await until(
      `all of trace ${story.trace_id}`,
      async () => {
        trace = (await scene.get(`${scene.observatoryUrl}/api/traces/${story.trace_id}`)) as
          | Trace
          | undefined;
        if (trace === undefined) return false;
        const arrived = new Set(trace.logs.map(({ attributes }) => attributes['tradeengine.fact.seq']));
        if (!story.facts.every(({ seq }) => arrived.has(seq))) return false;
        return expected.isSubsetOf(new Set(trace.spans.map(({ name }) => name)));
      },
      ARRIVAL_MS_MAX,
    );
    assert.ok(trace);
    const facts = trace.logs.map(({ attributes }) => attributes['tradeengine.fact.seq']);
    assert.equal(new Set(facts).size, facts.length, 'no log record twice');
    const ids = trace.spans.map(({ spanId }) => spanId);
    assert.equal(new Set(ids).size, ids.length, 'no span twice');
  }
}

test('the observatory absent, frozen or killed changes no fact, and misses none in the end', {
  timeout: 180_000,
}, async () => {
  await scene.startEngine();
  const absent = await trade();

  await scene.startObservatory();
  await assertArrived(absent);
  const present = await trade();

  scene.signalObservatory('SIGSTOP');
  const frozen = await trade();
  scene.signalObservatory('SIGCONT');
  await assertArrived([...present, ...frozen]);

  scene.signalObservatory('SIGKILL');
  const killed = await trade();
  await scene.startObservatory();
  await assertArrived([...frozen, ...killed]);

  const kinds = new Set([...absent, ...present, ...frozen, ...killed].map(kindsOf));
  assert.equal(kinds.size, 1, `every signal is told by the same facts: ${[...kinds].join(' | ')}`);
});
