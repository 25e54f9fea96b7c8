/**
 * The rows of the waterfall: spans in the order of their tree, each followed by its log records in order of time, and
 * the marks of the time axis.
 */
import type { SpanNode, TraceAnswer } from '../../src/observatory/answers.ts';

export type LogLine = TraceAnswer['logs'][number];

export interface SpanRow {
  span: SpanNode;
  depth: number;
  logs: LogLine[];
}

export interface Waterfall {
  rows: SpanRow[];
  /** Records of the trace that belong to no span that has arrived. */
  loose: LogLine[];
}

export function waterfallOf(trace: TraceAnswer): Waterfall {
  const known = new Set(trace.spans.map((span) => span.spanId));
  const children = Map.groupBy(trace.spans, (span) =>
    span.parentSpanId !== null && known.has(span.parentSpanId) && span.parentSpanId !== span.spanId
      ? span.parentSpanId
      : '',
  );
  const logs = Map.groupBy(trace.logs, (log) =>
    log.spanId !== null && known.has(log.spanId) ? log.spanId : '',
  );
  const rows: SpanRow[] = [];
  const seen = new Set<string>();
  const add = (span: SpanNode, depth: number) => {
    // Parents that go round in a circle must not hang the page.
    if (seen.has(span.spanId)) return;
    seen.add(span.spanId);
    rows.push({ span, depth, logs: logs.get(span.spanId) ?? [] });
    for (const child of children.get(span.spanId) ?? []) add(child, depth + 1);
  };
  for (const root of children.get('') ?? []) add(root, 0);
  for (const span of trace.spans) add(span, 0);
  return { rows, loose: logs.get('') ?? [] };
}

/** Round steps, at most five, from zero towards the end of the trace. */
export function axisMarks(durationMs: number): number[] {
  if (durationMs <= 0) return [0];
  const rough = durationMs / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const marks: number[] = [];
  // A mark at the very end would have no room for its label.
  for (let index = 0; index * step <= durationMs * 0.9; index++) marks.push(index * step);
  return marks;
}
