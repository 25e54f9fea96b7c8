/**
 * Facts to telemetry. Pure: the same entry gives the same spans, log records and metric updates, ids included, so
 * that sending an entry twice changes nothing. A fact type without a projection does not compile.
 */

import type { Entry, Fact, FactType } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import { projectAccount } from './facts/account.ts';
import { projectEngine } from './facts/engine.ts';
import { projectOrders } from './facts/orders.ts';
import { projectPositions } from './facts/positions.ts';
import { projectSignals } from './facts/signals.ts';
import {
  type Context,
  type FactTelemetry,
  type LogData,
  type Measured,
  measuredIn,
  type Projected,
  type Projections,
  type SpanData,
} from './projected.ts';

const projections: Projections<FactType> = {
  ...projectAccount,
  ...projectEngine,
  ...projectSignals,
  ...projectOrders,
  ...projectPositions,
};

export function project(entry: Entry): Projected {
  const spans: SpanData[] = [];
  const logs: LogData[] = [];
  const metrics: Measured[] = [];
  entry.facts.forEach((fact, index) => {
    const seq = (entry.seq + index) as Seq;
    const told = projectFact(fact, { seq, at: entry.at, entry });
    logs.push({
      at: entry.at,
      severity: told.severity ?? 'info',
      event: fact.type,
      body: told.body,
      attributes: { ...told.attributes, 'tradeengine.fact.seq': seq },
      span: told.span,
    });
    for (const span of told.spans ?? []) {
      spans.push({ ...span, attributes: { ...span.attributes, 'tradeengine.fact.seq': seq } });
    }
    if (told.metrics !== undefined) metrics.push(...measuredIn(told.span, entry.at, told.metrics));
  });
  return { spans, logs, metrics };
}

function projectFact(fact: Fact, context: Context): FactTelemetry {
  // The table pairs each type with a function of that type's fact, which TypeScript cannot follow through an index.
  const projection = projections[fact.type] as (fact: Fact, context: Context) => FactTelemetry;
  return projection(fact, context);
}
