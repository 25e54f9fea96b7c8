/** What came back for a request, however it was sent. */

import { parseJson } from './json.ts';
import type { ToldUse } from './rate-limits.ts';

/** The body, or the error in its place. The code is 0 where there is none. */
export type Content =
  | { readonly kind: 'body'; readonly body: unknown }
  | { readonly kind: 'error'; readonly code: number; readonly message: string };

/**
 * broken: it may have been received. unsent: it certainly was not, and is not going to be. held_back: nor was this, for
 * the exchange wants nothing now.
 */
export type Transmission =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly content: Content;
      readonly use: ToldUse;
    }
  | { readonly kind: 'broken' | 'unsent' | 'held_back'; readonly cause: string };

export function contentOf(status: number, text: string): Content {
  let body: unknown;
  try {
    body = parseJson(text);
  } catch {
    return { kind: 'error', code: 0, message: `HTTP ${status}: ${text}` };
  }
  const { code, msg } = (body ?? {}) as { code?: unknown; msg?: unknown };
  const failed = typeof code === 'number' && code < 0;
  if (status >= 200 && status < 300 && !failed) return { kind: 'body', body };
  const message = typeof msg === 'string' ? msg : text;
  return failed
    ? { kind: 'error', code, message }
    : { kind: 'error', code: 0, message: `HTTP ${status}: ${message}` };
}
