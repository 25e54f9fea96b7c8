/** One trace, fetched again while it may still grow. */
import { useCallback, useRef } from 'react';
import type { TraceAnswer } from '../../src/observatory/answers.ts';
import { ApiError, call } from './api.ts';
import { type Resource, useResource } from './resource.ts';

export interface TraceResource extends Resource<TraceAnswer | 'absent'> {
  refreshIfRecent(): void;
}

/** What happens later than this after a trace's last record starts a trace of its own. */
const GROWS_FOR_MS = 60_000;

export function useTrace(traceId: string | undefined): TraceResource {
  const resource = useResource<TraceAnswer | 'absent'>(traceId ?? '', async (signal) => {
    if (traceId === undefined) return 'absent';
    try {
      return await call<TraceAnswer>(`/api/traces/${encodeURIComponent(traceId)}`, signal);
    } catch (error) {
      // It may be on its way: the live events bring it.
      if (error instanceof ApiError && error.code === 'not_found') return 'absent';
      throw error;
    }
  });
  const value = useRef(resource.value);
  value.current = resource.value;
  const { refresh } = resource;
  const refreshIfRecent = useCallback(() => {
    const trace = value.current;
    const settled =
      typeof trace === 'object' && Date.parse(trace.start) + trace.durationMs + GROWS_FOR_MS < Date.now();
    if (!settled) refresh();
  }, [refresh]);
  return { ...resource, refreshIfRecent };
}
