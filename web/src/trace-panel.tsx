/** One signal's trace: what it was about, then the waterfall with the log lines inside. */
import { useEffect, useMemo, useRef } from 'react';
import type { TraceAnswer } from '../../src/observatory/answers.ts';
import { formatClock, formatDuration, words } from './format.ts';
import { Failure, Notice } from './notice.tsx';
import type { TraceResource } from './trace.ts';
import { waterfallOf } from './waterfall.ts';
import { WaterfallView } from './waterfall-view.tsx';

interface TracePanelProps {
  traceId: string;
  trace: TraceResource;
  onClose: () => void;
}

export function TracePanel({ traceId, trace, onClose }: TracePanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const panel = useRef<HTMLElement>(null);
  // On a narrow page the panel takes the place of the list, and the focus has to go with it.
  useEffect(() => {
    panel.current?.scrollIntoView({ block: 'nearest' });
    if (matchMedia('(max-width: 60rem)').matches) heading.current?.focus();
  }, []);
  const { value, error } = trace;
  return (
    <section className="pane trace" ref={panel} aria-labelledby="trace-title">
      <div className="trace-head">
        <h1 id="trace-title" tabIndex={-1} ref={heading}>
          {typeof value === 'object' ? titleOf(value) : 'Trace'}
        </h1>
        <button type="button" className="close" aria-label="Back to the list" onClick={onClose}>
          ×
        </button>
      </div>
      {error !== undefined && <Failure error={error} onRetry={trace.refresh} />}
      {value === undefined && error === undefined && (
        <p className="quiet" role="status">
          Loading the trace
        </p>
      )}
      {value === 'absent' && (
        <Notice title="No such trace is stored">
          <p>
            It may be on its way, and shows up here when it comes. Traces are kept for 24 hours at most. Its
            id is <code>{traceId}</code>.
          </p>
        </Notice>
      )}
      {typeof value === 'object' && <Contents trace={value} />}
    </section>
  );
}

function Contents({ trace }: { trace: TraceAnswer }) {
  const waterfall = useMemo(() => waterfallOf(trace), [trace]);
  const signal = signalAttributes(trace);
  const facts: [string, string | undefined][] = [
    ['Signal', signal('signal.id')],
    ['Strategy', signal('strategy.id')],
    ['Decision', signal('decision')],
    ['Reason', signal('refusal.reason') && words(signal('refusal.reason') ?? '')],
    ['Started', formatClock(trace.start)],
    ['Took', formatDuration(trace.durationMs)],
    ['Trace', trace.traceId],
  ];
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) =>
          value === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd className={name === 'Trace' || name === 'Signal' ? 'id' : undefined}>{value}</dd>
            </div>
          ),
        )}
      </dl>
      {trace.truncated && <p className="quiet">This trace is longer than what is shown.</p>}
      <WaterfallView waterfall={waterfall} durationMs={trace.durationMs} />
    </>
  );
}

function signalAttributes(trace: TraceAnswer): (name: string) => string | undefined {
  const root = trace.spans.find((span) => span.name === 'signal receive') ?? trace.spans[0];
  return (name) => {
    const value = root?.attributes[`tradeengine.${name}`];
    return typeof value === 'string' ? value : undefined;
  };
}

function titleOf(trace: TraceAnswer): string {
  const signal = signalAttributes(trace);
  const [action, symbol] = [signal('action'), signal('symbol')];
  if (action !== undefined && symbol !== undefined) return `${action} ${symbol}`;
  return trace.spans[0]?.name ?? 'Trace';
}
