/**
 * The JSON body of a command. It must come as application/json, be it only {}: a page in a browser cannot send that to
 * another origin unasked.
 */

import { z } from 'zod';
import { redactText } from '#core/secret.ts';
import { parseJson } from '#intake/json.ts';
import { malformedMessage } from '#intake/message.ts';
import type { SignalProblem } from '#intake/problems.ts';
import { ProblemError } from './problems.ts';
import { shown } from './query.ts';
import { bytesOf } from './signals.ts';

const NOTE_LENGTH_MAX = 500;

export const note = z.string().max(NOTE_LENGTH_MAX).optional().describe('Why, for those who read it later.');

/** Kept without what looks like a secret. */
export const noteOf = ({ note: said }: { note?: string | undefined }): string => redactText(said ?? '');

/** @throws ProblemError */
export function readJsonBody(body: unknown): unknown {
  const bytes = bytesOf(body);
  try {
    return parseJson(bytes);
  } catch (error) {
    return refuse(malformedMessage(error).problem);
  }
}

/** A body that holds no numbers. @throws ProblemError */
export const readBody = <T extends z.ZodType>(schema: T, body: unknown): z.infer<T> =>
  validated(schema, readJsonBody(body));

/** @throws ProblemError */
export function validated<T extends z.ZodType>(schema: T, json: unknown): z.infer<T> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const message = `${shown(issue.keys[0] ?? '')} is not a field of this command.`;
    return refuse({ code: 'unknown_field', message });
  }
  const field = issue === undefined || issue.path.length === 0 ? 'The body' : issue.path.join('.');
  const code = issue?.code === 'too_big' ? 'too_long' : 'wrong_type';
  return refuse({ code, message: `${field}: ${issue?.message}.` });
}

export function refuse({ code, message }: SignalProblem): never {
  throw new ProblemError(code, message);
}
