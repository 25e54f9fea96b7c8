/**
 * What an HTTP request can be answered with other than what it asked for: one closed table of stable codes. Each
 * answer of this kind is {code, message}, the message being one sentence about this very request.
 */

interface ProblemKind {
  readonly status: number;
  readonly meaning: string;
}

export const problems = {
  malformed_json: {
    status: 400,
    meaning: 'The body is not JSON in UTF-8, or an object in it has a field twice.',
  },
  wrong_type: { status: 400, meaning: 'A value is of another JSON type than its field.' },
  missing_field: { status: 400, meaning: 'A field that the request needs is absent.' },
  unknown_field: { status: 400, meaning: 'A field is not in the schema. Nothing is ignored silently.' },
  unknown_value: { status: 400, meaning: 'A value is not in the closed list of its field.' },
  wrong_format: { status: 400, meaning: 'A text does not have the form of its field.' },
  too_long: { status: 400, meaning: 'A text or a structure is over the bound of its field.' },
  not_a_decimal: {
    status: 400,
    meaning:
      'A value is not a plain decimal: NaN, Infinity, an exponent in a string, or over ten decimals in a string.',
  },
  out_of_range: { status: 400, meaning: 'A number or a time is outside the bounds of its field.' },
  conflicting_fields: { status: 400, meaning: 'Two fields contradict each other.' },
  wrong_parameter: { status: 400, meaning: 'A query or path parameter is unknown or has a wrong value.' },
  bad_request: { status: 400, meaning: 'The request is not well-formed HTTP.' },
  not_found: { status: 404, meaning: 'There is no such path, signal or order.' },
  method_not_allowed: { status: 405, meaning: 'The path does not serve this method.' },
  request_timeout: { status: 408, meaning: 'The request did not arrive in time.' },
  body_too_large: { status: 413, meaning: 'The body is over 64 KiB.' },
  unsupported_content_type: { status: 415, meaning: 'The body is not application/json.' },
  wrong_host: {
    status: 421,
    meaning: 'The Host header is not the loopback address: what a rebound name in a browser would send.',
  },
  internal: { status: 500, meaning: 'A defect of the engine; its log has the cause.' },
  not_reconciled: {
    status: 503,
    meaning: 'The engine has not compared itself with the exchange yet: try again shortly.',
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
  stopping: { status: 503, meaning: 'The engine is shutting down.' },
  deadline_exceeded: {
    status: 504,
    meaning:
      'The answer took too long. What became of the request is open: sent again with the same id it is answered as a duplicate, or carried out once.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problems;

export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
}

/** Ends the handling of a request with a problem as its answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string = problems[code].meaning) {
    super(message);
    this.code = code;
  }
}

/** The contents of docs/errors.md. */
export function problemsDocument(): string {
  const rows = Object.entries(problems).map(
    ([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`,
  );
  return [
    '# Error codes of the HTTP API',
    '',
    'Generated from `src/intake/problems.ts`. An answer of this kind is `{"code": ..., "message": ...}`; the code is',
    'stable, the message is for people. A signal that a trading rule refuses is not an error: its reasons are in',
    '[refusals.md](refusals.md).',
    '',
    '| code | status | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
