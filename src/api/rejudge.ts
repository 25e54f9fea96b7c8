/** What a change of the rules would have done to the signals that came last: the same judge, with the rules before and after. */

import { z } from 'zod';
import type { Moment } from '#core/command.ts';
import type { Entry, SignalReceived } from '#core/facts.ts';
import { MICROS_PER_MS } from '#core/ids.ts';
import { judge } from '#core/judge/judge.ts';
import type { TradingSettings } from '#core/settings.ts';
import type { EngineState } from '#core/state.ts';
import type { Subject } from './subject.ts';

const SIGNALS_MAX = 50;

export const rejudged = z
  .strictObject({
    judged: z.int().describe('How many of the newest signals were judged again.'),
    different: z.array(z.strictObject({ signal_id: z.string(), before: z.string(), after: z.string() })),
  })
  .describe('As if they came again at this moment, with the positions and the market of this moment.');

interface Trial {
  readonly state: Readonly<EngineState>;
  readonly settings: TradingSettings;
  readonly entries: readonly Entry[];
  readonly quote: Subject['quote'];
  readonly now: Moment['at'];
}

export function rejudge({ state, settings, entries, quote, now }: Trial): z.infer<typeof rejudged> {
  const signals = entries
    .flatMap(({ facts }) => facts.filter((fact) => fact.type === 'signal.received'))
    .slice(-SIGNALS_MAX);
  const moment = { at: now, quote };
  const different = signals.flatMap((received) => {
    const before = outcomeOf(state, received, moment);
    const after = outcomeOf({ ...state, settings }, received, moment);
    return before === after ? [] : [{ signal_id: received.content.id, before, after }];
  });
  return { judged: signals.length, different };
}

/** The judge only reads the state. */
function outcomeOf(state: Readonly<EngineState>, received: SignalReceived, moment: Moment): string {
  const { content, signal, key, trace, receivedAt } = received;
  // As old as it was when it came.
  const timestampMs = content.timestampMs + Math.floor((moment.at - receivedAt) / MICROS_PER_MS);
  const decision = judge(state, { ...content, timestampMs }, { signal, key, trace }, moment);
  if (decision.kind === 'refused') return `refused: ${decision.reason}`;
  const orders = decision.orders.map(({ order }) => `${order.side.toLowerCase()} ${order.quantity}`);
  return `accepted: ${orders.join(', ') || 'no order'}`;
}
