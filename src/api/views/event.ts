/** A fact as others hear of it: over /v1/events, and as execution.events.STRATEGY wherever else. */

import { z } from 'zod';
import type { Fact } from '#core/facts.ts';
import type { Micros, Seq, StrategyId } from '#core/ids.ts';
import { showTime } from './text.ts';

export const executionEvent = z.strictObject({
  seq: z.int().describe('The number of the fact in the journal: it rises by one from fact to fact.'),
  at: z.string().describe('RFC 3339, in UTC, with microseconds.'),
  type: z.string().describe('The type of the fact.'),
  account: z.string(),
  strategy_id: z.string().nullable().describe('Null for what belongs to no strategy.'),
  fact: z.record(z.string(), z.unknown()).describe('The fact as recorded.'),
});

export type ExecutionEvent = z.infer<typeof executionEvent>;

export interface HeardFact {
  readonly seq: Seq;
  readonly at: Micros;
  readonly fact: Fact;
  readonly strategy: StrategyId | undefined;
}

export const eventOf = ({ seq, at, fact, strategy }: HeardFact, account: string): ExecutionEvent => ({
  seq,
  at: showTime(at),
  type: fact.type,
  account,
  strategy_id: strategy ?? null,
  fact: { ...fact },
});

/** Where the fact itself says whose it is: by name, or in the name of its position. */
export function strategyIn(fact: Fact): StrategyId | undefined {
  if ('strategyId' in fact) return fact.strategyId;
  if ('content' in fact) return fact.content.strategyId;
  return 'position' in fact ? (fact.position.split('/')[1] as StrategyId) : undefined;
}
