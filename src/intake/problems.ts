/** What can be wrong with a signal as it was sent, whatever it came over: one closed table of stable codes. */

export const signalProblems = {
  malformed_json: 'The body is not JSON in UTF-8, or an object in it has a field twice.',
  wrong_type: 'A value is of another JSON type than its field.',
  missing_field: 'A field that the request needs is absent.',
  unknown_field: 'A field is not in the schema. Nothing is ignored silently.',
  unknown_value: 'A value is not in the closed list of its field.',
  wrong_format: 'A text does not have the form of its field.',
  too_long: 'A text or a structure is over the bound of its field.',
  not_a_decimal:
    'A value is not a plain decimal: NaN, Infinity, an exponent in a string, or over ten decimals in a string.',
  out_of_range: 'A number or a time is outside the bounds of its field.',
  conflicting_fields: 'Two fields contradict each other.',
} as const;

export type SignalProblemCode = keyof typeof signalProblems;

export interface SignalProblem {
  readonly code: SignalProblemCode;
  /** One sentence about this very signal. */
  readonly message: string;
}
