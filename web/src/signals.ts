/** The list of signals: the newest page is kept fresh, older pages are added below on request. */
import { useCallback, useState } from 'react';
import type { SignalSummary, SignalsAnswer } from '../../src/observatory/answers.ts';
import { call } from './api.ts';
import { useResource } from './resource.ts';

const PAGE_LENGTH = 50;
const SIGNALS_MAX = 1_000;

interface Listed {
  signals: SignalSummary[];
  next: string | null;
}

export interface SignalFeed {
  signals: SignalSummary[] | undefined;
  error: Error | undefined;
  hasOlder: boolean;
  refresh(): void;
  loadOlder(): Promise<void>;
}

export function useSignals(): SignalFeed {
  const [older, setOlder] = useState<Listed | undefined>(undefined);
  const newest = useResource('signals', (signal) =>
    call<SignalsAnswer>(`/api/signals?limit=${PAGE_LENGTH}`, signal),
  );
  const shown = newest.value === undefined ? undefined : joined(newest.value, older);

  const loadOlder = useCallback(async () => {
    if (shown === undefined || shown.next === null) return;
    const page = await call<SignalsAnswer>(
      `/api/signals?limit=${PAGE_LENGTH}&before=${encodeURIComponent(shown.next)}`,
      new AbortController().signal,
    );
    setOlder({ signals: [...shown.signals, ...page.signals].slice(0, SIGNALS_MAX), next: page.next });
  }, [shown]);

  return {
    signals: shown?.signals,
    error: newest.error,
    hasOlder: shown !== undefined && shown.next !== null && shown.signals.length < SIGNALS_MAX,
    refresh: newest.refresh,
    loadOlder,
  };
}

export const signalKey = (signal: SignalSummary): string => `${signal.traceId} ${signal.time}`;

function joined(newest: SignalsAnswer, older: Listed | undefined): Listed {
  if (older === undefined) return newest;
  const keys = new Set(newest.signals.map(signalKey));
  // Without an overlap there is a gap between the two; then the list begins anew rather than hide it.
  if (!older.signals.some((signal) => keys.has(signalKey(signal)))) return newest;
  const rest = older.signals.filter((signal) => !keys.has(signalKey(signal)));
  return { signals: [...newest.signals, ...rest].slice(0, SIGNALS_MAX), next: older.next };
}
