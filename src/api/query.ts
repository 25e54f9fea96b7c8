/** The query parameters of a request, by the schema that documents them. */

import type { z } from 'zod';
import { ProblemError } from './problems.ts';

const NAME_SHOWN_LENGTH_MAX = 64;

/** @throws ProblemError */
export function readQuery<T extends z.ZodType>(schema: T, query: unknown): z.infer<T> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.');
  throw new ProblemError(
    'wrong_parameter',
    `The query parameter ${shown(name ?? '')} is unknown or has a wrong value.`,
  );
}

/** Of a caller's text as much as can stand in an answer. */
export const shown = (text: string): string => JSON.stringify(text.slice(0, NAME_SHOWN_LENGTH_MAX));
