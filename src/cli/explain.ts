/** tradeengine explain ID: the story of a signal or of an order, asked of the running engine. */

import { explanation } from '#api/views/explain.ts';
import { explanationText } from '#api/views/explanation-text.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { type EngineApi, engineApi } from './engine-api.ts';
import { messageOf } from './http.ts';
import type { CommandIo } from './io.ts';
import { withConfig } from './with-config.ts';

export const explainCommand = (id: string, json: boolean, io: CommandIo): Promise<number> =>
  withConfig(io, (config) => tell(engineApi(config), id, json, io));

async function tell(engine: EngineApi, id: string, json: boolean, io: CommandIo): Promise<number> {
  const answer = await engine.ask(`/v1/explain/${encodeURIComponent(id)}`);
  if (answer.kind === 'unreachable') {
    io.complain(`No engine answers at ${engine.address} (${answer.cause}).`);
    return exitCodes.failed;
  }
  if (answer.status !== 200) {
    io.complain(messageOf(answer.body));
    return exitCodes.failed;
  }
  const story = explanation.parse(answer.body);
  io.say(json ? JSON.stringify(story, null, 2) : explanationText(story));
  return exitCodes.ok;
}
