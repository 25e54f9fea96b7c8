/**
 * What an HTTP request can be answered with other than what it asked for: one closed table of stable codes. Each
 * answer of this kind is {code, message}, the message being one sentence about this very request.
 */

import { type SignalProblemCode, signalProblems } from '#intake/problems.ts';

interface ProblemKind {
  readonly status: number;
  readonly meaning: string;
}

const requestProblems = {
  wrong_parameter: { status: 400, meaning: 'A query or path parameter is unknown or has a wrong value.' },
  bad_request: { status: 400, meaning: 'The request is not well-formed HTTP.' },
  unauthenticated: {
    status: 401,
    meaning: 'The request needs a token that is known here, as the header Authorization: Bearer TOKEN.',
  },
  webhook_refused: {
    status: 401,
    meaning: 'No sender of this name has signed the request, or not within the last five minutes.',
  },
  forbidden: { status: 403, meaning: 'The token has not the scope that the request needs.' },
  not_found: { status: 404, meaning: 'There is no such path, signal or order.' },
  method_not_allowed: { status: 405, meaning: 'The path does not serve this method.' },
  request_timeout: { status: 408, meaning: 'The request did not arrive in time.' },
  nothing_to_do: { status: 409, meaning: 'It is so already, or there is nothing that the command is about.' },
  stale_version: {
    status: 409,
    meaning: 'The settings have changed since the version that the change was made of: read them again.',
  },
  body_too_large: { status: 413, meaning: 'The body is over 64 KiB.' },
  unsupported_content_type: { status: 415, meaning: 'The body is not application/json.' },
  wrong_host: {
    status: 421,
    meaning: 'Without tokens only this machine is served, and the Host header is not the loopback address.',
  },
  internal: { status: 500, meaning: 'A defect of the engine; its log has the cause.' },
  not_reconciled: {
    status: 503,
    meaning: 'The engine has not compared itself with the exchange yet: try again shortly.',
  },
  too_many_streams: {
    status: 503,
    meaning: 'As many clients as the engine serves follow its events already: try again shortly.',
  },
  overloaded: {
    status: 503,
    meaning: 'More waits for the disk than the engine lets wait: try again shortly.',
  },
  journal_unavailable: {
    status: 503,
    meaning: 'The engine cannot record facts, so it takes no signals. It tries to recover by itself.',
  },
  engine_failed: {
    status: 503,
    meaning: 'The engine met a defect and is started again from its journal: try again shortly.',
  },
  metrics_unavailable: {
    status: 503,
    meaning:
      'Telemetry is off, or the thread that counts does not answer: see the telemetry part of /health.',
  },
  stopping: { status: 503, meaning: 'The engine is shutting down.' },
  deadline_exceeded: {
    status: 504,
    meaning:
      'The answer took too long. What became of the request is open: sent again with the same id it is answered as a duplicate, or carried out once.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = SignalProblemCode | keyof typeof requestProblems;

const badSignals = Object.fromEntries(
  Object.entries(signalProblems).map(([code, meaning]) => [code, { status: 400, meaning }]),
) as Record<SignalProblemCode, ProblemKind>;

export const problems: Readonly<Record<ProblemCode, ProblemKind>> = { ...badSignals, ...requestProblems };

/** Ends the handling of a request with a problem as its answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string = problems[code].meaning) {
    super(message);
    this.code = code;
  }
}
