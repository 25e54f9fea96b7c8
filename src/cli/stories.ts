/** What the terminal tells of the signals: the first one's story in a few lines, then a line for each. */

import { type Explanation, explanation } from '#api/views/explain.ts';
import { nowMs, pauseFor } from '#app/time.ts';
import type { EngineApi } from './engine-api.ts';

/** A story is told when its position is protected or it is known that nothing comes of it, or at the latest then. */
const SETTLE_MS_MAX = 3_000;
const ASK_AGAIN_MS = 100;
const FOLLOWED_MAX = 32;

export class Stories {
  readonly #engine: EngineApi;
  readonly #say: (line: string) => void;
  readonly #told = new Set<string>();
  #following = 0;
  #first = true;
  #stopped = false;

  constructor(engine: EngineApi, say: (line: string) => void) {
    this.#engine = engine;
    this.#say = say;
  }

  follow(signalId: string): void {
    // Behind a flood of signals the terminal leaves some out; the page has them all.
    if (this.#stopped || this.#following >= FOLLOWED_MAX) return;
    this.#following += 1;
    void this.#tell(signalId).finally(() => {
      this.#following -= 1;
    });
  }

  stop(): void {
    this.#stopped = true;
  }

  async #tell(signalId: string): Promise<void> {
    const story = await this.#settled(signalId);
    if (story === undefined || this.#stopped) return;
    const again = this.#told.has(signalId);
    this.#remember(signalId);
    if (again) this.#say(line(story, 'was sent again: recognised, no second order.'));
    else if (this.#first) this.#say(firstStory(story));
    else this.#say(line(story, story.sentence));
    this.#first = false;
  }

  async #settled(signalId: string): Promise<Explanation | undefined> {
    const deadlineMs = nowMs() + SETTLE_MS_MAX;
    for (;;) {
      const answer = await this.#engine.ask(`/v1/explain/${encodeURIComponent(signalId)}`);
      const late = nowMs() >= deadlineMs;
      if (answer.kind === 'answer' && answer.status === 200) {
        const story = explanation.parse(answer.body);
        if (late || isSettled(story)) return story;
      }
      if (late || this.#stopped) return undefined;
      await pauseFor(ASK_AGAIN_MS);
    }
  }

  #remember(signalId: string): void {
    this.#told.add(signalId);
    for (const oldest of this.#told) {
      if (this.#told.size <= FOLLOWED_MAX) return;
      this.#told.delete(oldest);
    }
  }
}

function isSettled({ decision, orders, positions }: Explanation): boolean {
  if (decision.outcome === 'refused') return true;
  const asked = orders.filter(({ leg }) => leg === 'entry' || leg === 'close');
  const working = asked.some(({ status }) => ['planned', 'unknown', 'open', 'waiting'].includes(status));
  const bare = positions.some((position) => !position.protected && position.closed === null);
  return !working && !bare;
}

const line = ({ received_at, content }: Explanation, text: string): string =>
  `${received_at.slice('2026-11-23T'.length, '2026-11-23T18:30:00'.length)}  ${String(content['strategy_id']).padEnd(9)} ${String(content['action']).padEnd(5)} ${String(content['symbol']).padEnd(8)} ${text}`;

function firstStory(story: Explanation): string {
  const { content, decision, orders, signal_id, trace_id } = story;
  const passed = decision.checks.filter((check) => check.passed).length;
  return [
    `The first signal: ${content['strategy_id']} wants to ${content['action']} ${content['symbol']}, confidence ${content['confidence']}.`,
    `  ${story.sentence}`,
    `  Decision: ${decision.outcome}, ${passed} of ${decision.checks.length} rules passed. Orders: ${orders.map(({ leg, status }) => `${leg.replace('_', ' ')} ${status}`).join(', ') || 'none'}.`,
    `  Trace ${trace_id}. All of it: npx tradeengine explain ${signal_id}`,
    '',
  ].join('\n');
}
