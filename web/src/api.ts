/** Calls to the observatory's API and its live events. */
import { useEffect, useEffectEvent, useState } from 'react';
import type { ErrorAnswer } from '../../src/observatory/answers.ts';

const CALL_DEADLINE_MS = 15_000;
const REOPEN_DELAY_MS = 3_000;

export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The server is of the same build as the page, so its answers have the shapes that they share. */
export async function call<Answer>(path: string, signal: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(CALL_DEADLINE_MS)]),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError('unreachable', 'The observatory does not answer.');
  }
  if (response.ok) return (await response.json()) as Answer;
  const answer = (await response.json().catch(() => undefined)) as ErrorAnswer | undefined;
  throw new ApiError(answer?.code ?? 'internal', answer?.message ?? `status ${response.status}`);
}

export type Connection = 'connecting' | 'live' | 'lost';

interface StoredEvent {
  spans: number;
  logs: number;
  points: number;
}

/** Calls `onStored` when new telemetry is stored, and once whenever the connection comes (back). */
export function useLive(onStored: (event: StoredEvent) => void): Connection {
  const [connection, setConnection] = useState<Connection>('connecting');
  const heard = useEffectEvent(onStored);
  useEffect(() => {
    let source: EventSource;
    let reopening: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource('/api/live');
      source.onopen = () => {
        setConnection('live');
        heard({ spans: 1, logs: 1, points: 1 });
      };
      source.onerror = () => {
        setConnection('lost');
        // After a broken line the browser tries again by itself, after a refusal it does not.
        if (source.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_DELAY_MS);
      };
      source.addEventListener('stored', (event: MessageEvent<string>) => {
        heard(JSON.parse(event.data) as StoredEvent);
      });
    };
    open();
    return () => {
      clearTimeout(reopening);
      source.close();
    };
  }, []);
  return connection;
}
