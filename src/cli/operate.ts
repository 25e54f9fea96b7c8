/** tradeengine halt, reduce, resume, flatten and cancel: commands to the running engine. */

import { z } from 'zod';
import type { Config } from '#app/config.ts';
import { exitCodes } from '#app/exit-codes.ts';
import type { OperatorCommand } from './arguments/operator.ts';
import { askEngine, engineApi } from './engine-api.ts';
import type { CommandIo } from './io.ts';
import { withConfig } from './with-config.ts';

const answer = z.object({ done: z.array(z.string()) });

export const operateCommand = (command: OperatorCommand, io: CommandIo): Promise<number> =>
  withConfig(io, (config) => carryOut(command, config, io));

async function carryOut(command: OperatorCommand, config: Config, io: CommandIo): Promise<number> {
  const { question, path, body } = requestOf(command);
  if (question !== undefined && !command.yes && !(await io.confirm(question))) {
    io.complain('Nothing was done. Without a terminal to ask at, say --yes.');
    return exitCodes.failed;
  }
  const note = command.note === undefined ? {} : { note: command.note };
  const done = await askEngine(
    engineApi(config),
    answer,
    path,
    { method: 'POST', body: { ...body, ...note } },
    io,
  );
  if (done === undefined) return exitCodes.failed;
  io.say(command.json ? JSON.stringify(done, null, 2) : done.done.join('\n'));
  return exitCodes.ok;
}

interface OperatorRequest {
  readonly path: string;
  readonly body?: object;
  /** What a person is asked before. */
  readonly question?: string;
}

function requestOf(command: OperatorCommand): OperatorRequest {
  switch (command.name) {
    case 'halt':
    case 'reduce':
      return { path: `/v1/trading/${command.name}` };
    case 'resume':
      return {
        path: '/v1/trading/resume',
        body: { confirm: true },
        question: 'Take all signals again, with the limits counted anew from here?',
      };
    case 'flatten': {
      const { argument: symbol } = command;
      const what = symbol === undefined ? 'all positions' : `the positions in ${symbol}`;
      return {
        path: '/v1/flatten',
        body: symbol === undefined ? {} : { symbol },
        question: `Close ${what} at the market, and take the entries back?`,
      };
    }
    case 'cancel':
      return { path: `/v1/orders/${encodeURIComponent(command.argument ?? '')}/cancel` };
  }
}
