/** An explanation for a terminal. */

import type { Explanation } from './explain.ts';
import { showDuration } from './text.ts';

const LABEL_LENGTH = 26;

export function explanationText(story: Explanation): string {
  const { decision, orders, latencies_us, content } = story;
  return [
    story.sentence,
    '',
    line('signal', `${story.signal_id}, fact ${story.signal}${again(story.duplicates)}`),
    line(
      'asked for',
      `${content['action']} ${content['symbol']} by ${content['strategy_id']}, confidence ${content['confidence']}`,
    ),
    line('received', story.received_at),
    line('trace', story.trace_id),
    ...story.reuses.map(({ received_at, differs }) =>
      line('ID REUSED', `at ${received_at} with another ${differs.join(', ')}: not acted on`),
    ),
    '',
    `Decision: ${decision.outcome}`,
    ...decision.checks.map(({ check, value, limit, passed }) =>
      line(`${passed ? 'passed' : 'BROKEN'} ${check}`, `${value}, limit ${limit}`),
    ),
    ...(decision.resized === null
      ? []
      : [line('sized', `${decision.resized.planned}: ${decision.resized.why}`)]),
    ...orders.flatMap((order) => [
      '',
      `Order ${order.client_order_id}: ${order.leg}, ${order.status}`,
      ...order.timeline.map(({ at, text }) => line(timeOf(at), text)),
    ]),
    '',
    'Times',
    ...Object.entries(latencies_us).flatMap(([stage, us]) =>
      us === null ? [] : [line(stage.replaceAll('_', ' '), showDuration(us))],
    ),
  ].join('\n');
}

const line = (label: string, text: string): string => `  ${label.padEnd(LABEL_LENGTH)}  ${text}`;

const again = (duplicates: number): string => (duplicates === 0 ? '' : `, received ${duplicates + 1} times`);

/** The time of day to the millisecond. */
const timeOf = (at: string): string => at.slice('2026-11-23T'.length, '2026-11-23T18:30:00.123'.length);
