/** The page's state is its address: / is the list, /trace/{id} the list with one trace opened. */
import { type MouseEvent, useSyncExternalStore } from 'react';

type Route = { view: 'signals' } | { view: 'trace'; traceId: string };

function routeOf(address: Pick<URL, 'pathname' | 'searchParams'>): Route {
  const traceId =
    /^\/trace\/([0-9a-f]{32})$/i.exec(address.pathname)?.[1] ?? address.searchParams.get('trace');
  return traceId === null ? { view: 'signals' } : { view: 'trace', traceId: traceId.toLowerCase() };
}

export const traceHref = (traceId: string): string => `/trace/${traceId}`;

const moved = 'observatory:moved';

export function navigate(href: string): void {
  history.pushState(null, '', href);
  dispatchEvent(new Event(moved));
}

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener);
  addEventListener(moved, listener);
  return () => {
    removeEventListener('popstate', listener);
    removeEventListener(moved, listener);
  };
}

export function useRoute(): Route {
  const href = useSyncExternalStore(subscribe, () => location.href);
  return routeOf(new URL(href));
}

/** Follows a link inside the page, and leaves new tabs and windows to the browser. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  navigate(event.currentTarget.getAttribute('href') ?? '/');
}
