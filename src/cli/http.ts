/** Requests to processes on this machine, with a deadline. */

import { request } from 'undici';

const ANSWER_MS_MAX = 5_000;
const CONNECT_MS_MAX = 1_000;

export type LocalAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'unreachable'; readonly cause: string };

export interface LocalRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export async function ask(
  url: string,
  { method = 'GET', headers = {}, body }: LocalRequest = {},
): Promise<LocalAnswer> {
  try {
    const answer = await request(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
      headersTimeout: ANSWER_MS_MAX,
      bodyTimeout: ANSWER_MS_MAX,
      signal: AbortSignal.timeout(ANSWER_MS_MAX + CONNECT_MS_MAX),
    });
    return { kind: 'answer', status: answer.statusCode, body: await answer.body.json() };
  } catch (error) {
    return { kind: 'unreachable', cause: error instanceof Error ? error.message : String(error) };
  }
}

/** The message of an error answer of the engine. */
export function messageOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'message' in body
    ? String(body.message)
    : 'no reason given';
}
