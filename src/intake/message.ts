/** A message of a publisher, whatever it came over: its bytes to a signal, or to what is wrong with it. */

import { parseJson, RepeatedFieldError } from './json.ts';
import { signalProblems } from './problems.ts';
import { readSignal, type SignalReading } from './schema.ts';

const NAME_SHOWN_LENGTH_MAX = 64;

export function readMessage(bytes: Uint8Array, receivedAtMs: number): SignalReading {
  let json: unknown;
  try {
    json = parseJson(bytes);
  } catch (error) {
    return malformedMessage(error);
  }
  return readSignal(json, receivedAtMs);
}

/** @param error what parseJson threw */
export const malformedMessage = (error: unknown): Extract<SignalReading, { ok: false }> => ({
  ok: false,
  problem: {
    code: 'malformed_json',
    message: error instanceof RepeatedFieldError ? repeated(error.field) : signalProblems.malformed_json,
  },
});

const repeated = (field: string): string =>
  `The field ${JSON.stringify(field.slice(0, NAME_SHOWN_LENGTH_MAX))} comes twice in one object.`;
