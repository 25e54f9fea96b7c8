/** The page: the newest signals, live, and beside them the trace of the one that is selected. */
import { useEffect, useRef } from 'react';
import { type Connection, useLive } from './api.ts';
import { follow, navigate, traceHref, useRoute } from './router.ts';
import { SignalList } from './signal-list.tsx';
import { useSignals } from './signals.ts';
import { useTrace } from './trace.ts';
import { TracePanel } from './trace-panel.tsx';

const connectionWords: Record<Connection, string> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Reconnecting',
};

export function App() {
  const route = useRoute();
  const traceId = route.view === 'trace' ? route.traceId : undefined;
  const signals = useSignals();
  const trace = useTrace(traceId);
  const connection = useLive((stored) => {
    if (stored.spans > 0) signals.refresh();
    if (stored.spans + stored.logs > 0) trace.refreshIfRecent();
  });
  const close = () => {
    navigate('/');
    // The keyboard goes on where it left the list.
    requestAnimationFrame(() => {
      if (traceId !== undefined)
        document.querySelector<HTMLElement>(`a[href="${traceHref(traceId)}"]`)?.focus();
    });
  };
  useEscape(traceId === undefined ? undefined : close);

  return (
    <div className={traceId === undefined ? 'page' : 'page page-split'}>
      <header className="bar">
        <a className="brand" href="/" onClick={follow}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect x="2" y="5" width="28" height="5" rx="2.5" />
            <rect x="7" y="14" width="13" height="5" rx="2.5" />
            <rect x="16" y="23" width="12" height="5" rx="2.5" />
          </svg>
          Observatory
        </a>
        <p className={`connection connection-${connection}`} role="status">
          {connectionWords[connection]}
        </p>
      </header>
      <main className="panes">
        <SignalList feed={signals} selectedTraceId={traceId} />
        {traceId !== undefined && (
          <TracePanel key={traceId} traceId={traceId} trace={trace} onClose={close} />
        )}
      </main>
    </div>
  );
}

function useEscape(onEscape: (() => void) | undefined): void {
  const latest = useRef(onEscape);
  latest.current = onEscape;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === 'Escape') latest.current?.();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}
