/** Something fetched that can be fetched again: the last good answer stays on the page while a new one comes. */
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Resource<Value> {
  value: Value | undefined;
  error: Error | undefined;
  /** Asks for a fetch soon. However often it is called, one fetch runs at a time. */
  refresh(): void;
}

const REFRESH_GAP_MS = 150;

export function useResource<Value>(
  key: string,
  load: (signal: AbortSignal) => Promise<Value>,
): Resource<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; error?: Error }>({ key });
  const loader = useRef(load);
  loader.current = load;
  const ask = useRef<() => void>(() => undefined);

  useEffect(() => {
    const aborting = new AbortController();
    let running = false;
    let asked = false;
    const run = async () => {
      if (running) {
        asked = true;
        return;
      }
      running = true;
      do {
        asked = false;
        try {
          const value = await loader.current(aborting.signal);
          if (!aborting.signal.aborted) setState({ key, value });
        } catch (cause) {
          const error = cause instanceof Error ? cause : new Error(String(cause));
          if (!aborting.signal.aborted) {
            setState((old) => (old.key === key ? { ...old, error } : { key, error }));
          }
        }
        await new Promise((resume) => setTimeout(resume, REFRESH_GAP_MS));
      } while (asked && !aborting.signal.aborted);
      running = false;
    };
    ask.current = run;
    run();
    return () => aborting.abort();
  }, [key]);

  const current = state.key === key ? state : { value: undefined, error: undefined };
  const refresh = useCallback(() => ask.current(), []);
  return { value: current.value, error: current.error, refresh };
}
