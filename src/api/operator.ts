/** What operators command over the API, and the one who carries it out. */

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { OperatorCommand } from '#core/command.ts';
import type { Fact } from '#core/facts.ts';
import type { Unready } from '#engine/engine.ts';
import { ProblemError } from './problems.ts';
import { factText } from './views/operation.ts';

export interface OperatorDesk {
  /** Resolves with the facts once they are durable: none where there was nothing to do. */
  operate(command: OperatorCommand): Promise<readonly Fact[] | Unready>;
  /** The source of the heartbeat is alive. Whether there is an engine to hear it. */
  beat(): boolean;
}

export const operation = z.strictObject({
  done: z.array(z.string()).describe('What it did, in words: each is a fact, and durable.'),
});

/** @throws ProblemError if there was nothing to do, or nobody to do it */
export async function command(
  desk: OperatorDesk,
  wanted: OperatorCommand,
  nothingToDo: string,
): Promise<z.infer<typeof operation>> {
  const facts = await desk.operate(wanted);
  if (typeof facts === 'string') throw new ProblemError(facts);
  if (facts.length === 0) throw new ProblemError('nothing_to_do', nothingToDo);
  return { done: facts.flatMap((fact) => factText(fact) ?? []) };
}

/** Who commands. */
export function callerOf({ caller }: FastifyRequest): string {
  if (caller === undefined) throw new Error('a command without a caller');
  return caller.name;
}
