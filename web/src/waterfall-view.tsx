/**
 * Draws the waterfall: one row a span with its bar on a common time axis, its log lines below it at their times, and
 * its attributes when it is opened.
 */
import { type CSSProperties, useId, useState } from 'react';
import type { Attributes, SpanNode } from '../../src/observatory/answers.ts';
import { formatDuration, formatMark } from './format.ts';
import { axisMarks, type LogLine, type SpanRow, type Waterfall } from './waterfall.ts';

/** A page of rows that a browser draws at once; the rest comes on request. */
const ROWS_AT_ONCE = 300;

export function WaterfallView({ waterfall, durationMs }: { waterfall: Waterfall; durationMs: number }) {
  const [shown, setShown] = useState(ROWS_AT_ONCE);
  const { rows, loose } = waterfall;
  return (
    <div className="waterfall">
      <Axis durationMs={durationMs} />
      <ol aria-label="Spans in order">
        {rows.slice(0, shown).map((row) => (
          <SpanItem key={row.span.spanId} row={row} durationMs={durationMs} />
        ))}
      </ol>
      {rows.length > shown && (
        <button type="button" className="older" onClick={() => setShown(shown + ROWS_AT_ONCE)}>
          Show {Math.min(ROWS_AT_ONCE, rows.length - shown)} more of {rows.length - shown} spans
        </button>
      )}
      {loose.length > 0 && (
        <div className="loose">
          <h2>Log lines outside these spans</h2>
          <LogLines logs={loose} />
        </div>
      )}
    </div>
  );
}

function Axis({ durationMs }: { durationMs: number }) {
  return (
    <div className="axis" aria-hidden="true">
      <div className="axis-track">
        {axisMarks(durationMs).map((mark) => (
          <span key={mark} style={place(mark, 0, durationMs)}>
            {formatMark(mark)}
          </span>
        ))}
      </div>
    </div>
  );
}

function SpanItem({ row, durationMs }: { row: SpanRow; durationMs: number }) {
  const [open, setOpen] = useState(false);
  const details = useId();
  const { span, depth, logs } = row;
  return (
    <li className={`span span-${stageOf(span)}${span.status === 'error' ? ' span-error' : ''}`}>
      <button
        type="button"
        className="span-row"
        aria-expanded={open}
        aria-controls={details}
        onClick={() => setOpen(!open)}
      >
        <span className="span-name" style={{ '--depth': Math.min(depth, 8) } as CSSProperties}>
          <span className="span-title">{span.name}</span>
          {span.status === 'error' && <span className="span-flag">error</span>}
        </span>
        <span className="span-track">
          <span className="span-bar" style={place(span.offsetMs, span.durationMs, durationMs)} />
          <span className="span-length" style={labelPlace(span, durationMs)}>
            {formatDuration(span.durationMs)}
          </span>
        </span>
      </button>
      {open && <Details id={details} span={span} />}
      <LogLines logs={logs} />
    </li>
  );
}

function LogLines({ logs }: { logs: LogLine[] }) {
  if (logs.length === 0) return null;
  return (
    <ol className="logs" aria-label="Log lines">
      {logs.map((log) => (
        <li key={`${log.time} ${log.eventName} ${log.body}`} className={`log log-${log.severity}`}>
          <span className="log-time" title={log.time}>
            +{formatDuration(log.offsetMs)}
          </span>
          <span className="log-body">
            {isNotable(log.severity) && <strong className="log-severity">{log.severity}</strong>}
            {log.body}
          </span>
          <span className="log-event">{log.eventName}</span>
        </li>
      ))}
    </ol>
  );
}

function Details({ id, span }: { id: string; span: SpanNode }) {
  return (
    <div className="details" id={id}>
      {span.statusMessage !== '' && <p className="details-error">{span.statusMessage}</p>}
      <AttributeTable
        attributes={{
          ...span.attributes,
          service: span.service,
          kind: span.kind,
          start: span.start,
          'span id': span.spanId,
        }}
      />
      {span.events.map((event) => (
        <div key={`${event.time} ${event.name}`}>
          <h3>
            {event.name} <span className="quiet">+{formatDuration(event.offsetMs)}</span>
          </h3>
          <AttributeTable attributes={event.attributes} />
        </div>
      ))}
      {span.links.map((link) => (
        <p key={`${link.traceId} ${link.spanId}`}>
          Linked to <a href={`/trace/${link.traceId}`}>trace {link.traceId.slice(0, 8)}</a>
        </p>
      ))}
    </div>
  );
}

function AttributeTable({ attributes }: { attributes: Attributes }) {
  return (
    <table className="attributes">
      <tbody>
        {Object.entries(attributes).map(([key, value]) => (
          <tr key={key}>
            <th scope="row">{key}</th>
            <td>{typeof value === 'string' ? value : JSON.stringify(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const stages = new Map([
  ['signal receive', 'receive'],
  ['signal decide', 'decide'],
  ['order submit', 'submit'],
  ['order fill', 'fill'],
  ['protection arm', 'protect'],
]);

function stageOf(span: SpanNode): string {
  return stages.get(span.name) ?? 'other';
}

function isNotable(severity: string): boolean {
  return severity === 'warn' || severity === 'error' || severity === 'fatal';
}

function place(offsetMs: number, lengthMs: number, totalMs: number): CSSProperties {
  const share = (ms: number) => (totalMs > 0 ? (100 * ms) / totalMs : 0);
  return { left: `${share(offsetMs)}%`, width: lengthMs > 0 ? `${share(lengthMs)}%` : undefined };
}

/** Behind the bar where there is room, else in front of it, else on it, from its own start. */
function labelPlace(span: SpanNode, totalMs: number): CSSProperties {
  const from = totalMs > 0 ? span.offsetMs / totalMs : 0;
  const to = totalMs > 0 ? (span.offsetMs + span.durationMs) / totalMs : 0;
  if (to < 0.8) return { left: `${to * 100}%` };
  if (from > 0.2) return { right: `${(1 - from) * 100}%` };
  return { left: `${from * 100}%`, color: 'var(--on-bar)' };
}
