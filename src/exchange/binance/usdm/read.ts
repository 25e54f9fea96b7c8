/** A signed GET whose answer is read by a schema. */

import type { z } from 'zod';
import type { Answer } from '../../port.ts';
import type { Endpoint } from '../endpoints.ts';
import type { OnProblem } from '../problem.ts';
import type { Priority } from '../rate-gate.ts';
import { describe, type Rest } from '../rest.ts';
import type { Params } from '../signing.ts';
import { whatIsWrong } from './schemas.ts';

interface Reading<Schema extends z.ZodType> {
  readonly rest: Rest;
  readonly onProblem: OnProblem;
  readonly schema: Schema;
  readonly path: Endpoint;
  readonly params?: Params;
  readonly priority?: Priority;
}

export async function read<Schema extends z.ZodType>(
  reading: Reading<Schema>,
): Promise<Answer<z.output<Schema>>> {
  const { rest, onProblem, schema, path, params = {}, priority = 'ordinary' } = reading;
  const result = await rest.call({ method: 'GET', path, security: 'signed', params, priority });
  if (result.kind === 'error') return { kind: 'failed', cause: `${path}: ${describe(result)}` };
  const parsed = schema.safeParse(result.body);
  if (parsed.success) return { kind: 'answer', value: parsed.data };
  const cause = `GET ${path}: ${whatIsWrong(parsed.error)}`;
  onProblem('malformed_answer', cause);
  return { kind: 'failed', cause };
}
