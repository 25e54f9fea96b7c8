/** The table of signals. Each row is one link to its trace; the arrow keys go from row to row. */
import { type KeyboardEvent, useState } from 'react';
import type { SignalSummary } from '../../src/observatory/answers.ts';
import { formatClock, formatDuration, words } from './format.ts';
import { Failure, Notice } from './notice.tsx';
import { Outcome } from './outcome.tsx';
import { follow, traceHref } from './router.ts';
import { type SignalFeed, signalKey } from './signals.ts';

export function SignalList({
  feed,
  selectedTraceId,
}: {
  feed: SignalFeed;
  selectedTraceId: string | undefined;
}) {
  const { signals, error } = feed;
  return (
    <section className="pane signals" aria-labelledby="signals-title">
      <h1 id="signals-title">Signals</h1>
      {error !== undefined && <Failure error={error} onRetry={feed.refresh} />}
      {signals === undefined && error === undefined && <Loading />}
      {signals?.length === 0 && (
        <Notice title="No signal has arrived yet">
          <p>
            Signals appear here the moment the engine reports them. <code>npm start</code> starts an engine
            with a demo strategy; its terminal says whether it runs.
          </p>
        </Notice>
      )}
      {signals !== undefined && signals.length > 0 && (
        <>
          <Table signals={signals} selectedTraceId={selectedTraceId} />
          {feed.hasOlder && <Older onLoad={feed.loadOlder} />}
        </>
      )}
    </section>
  );
}

function Table({
  signals,
  selectedTraceId,
}: {
  signals: SignalSummary[];
  selectedTraceId: string | undefined;
}) {
  return (
    <table className="table" onKeyDown={moveWithArrows}>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col" className="wide">
            Strategy
          </th>
          <th scope="col">Symbol</th>
          <th scope="col" className="roomy">
            Action
          </th>
          <th scope="col">Outcome</th>
          <th scope="col" className="wide">
            Reason
          </th>
          <th
            scope="col"
            className="number"
            title="From receipt to the exchange's answer, or to the decision"
          >
            Latency
          </th>
        </tr>
      </thead>
      <tbody>
        {signals.map((signal) => (
          <Row key={signalKey(signal)} signal={signal} selected={signal.traceId === selectedTraceId} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ signal, selected }: { signal: SignalSummary; selected: boolean }) {
  return (
    <tr className={selected ? 'selected' : ''}>
      <td className="time">
        <a
          href={traceHref(signal.traceId)}
          onClick={follow}
          aria-current={selected ? 'true' : undefined}
          aria-label={`Trace of signal ${signal.signalId}`}
        >
          <time dateTime={signal.time} title={signal.time}>
            {formatClock(signal.time)}
          </time>
        </a>
      </td>
      <td className="wide">{signal.strategy ?? '–'}</td>
      <td className="symbol">
        {signal.symbol ?? '–'}
        <Action action={signal.action} className="action-inline" />
      </td>
      <td className="roomy">
        <Action action={signal.action} />
      </td>
      <td>
        <Outcome outcome={signal.outcome} />
        {signal.reason !== null && <span className="reason-inline">{words(signal.reason)}</span>}
      </td>
      <td className="wide reason">{signal.reason === null ? '' : words(signal.reason)}</td>
      <td className="number">{formatDuration(signal.latencyMs)}</td>
    </tr>
  );
}

function Action({ action, className = '' }: { action: string | null; className?: string }) {
  return <span className={`action-${action ?? 'none'} ${className}`}>{action ?? '–'}</span>;
}

function moveWithArrows(event: KeyboardEvent<HTMLTableElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('tbody a')];
  const focused = links.findIndex((link) => link.matches(':focus'));
  const next = links[focused + step];
  if (focused < 0 || next === undefined) return;
  event.preventDefault();
  next.focus();
}

function Older({ onLoad }: { onLoad: () => Promise<void> }) {
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle');
  const load = () => {
    setState('loading');
    onLoad().then(
      () => setState('idle'),
      () => setState('failed'),
    );
  };
  return (
    <button type="button" className="older" onClick={load} disabled={state === 'loading'}>
      {state === 'failed' ? 'That failed. Try again' : state === 'loading' ? 'Loading' : 'Show older signals'}
    </button>
  );
}

function Loading() {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">Loading signals</span>
      {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
        <div key={key} className="loading-line" />
      ))}
    </div>
  );
}
