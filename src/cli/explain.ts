/** tradeengine explain ID: the story of a signal or of an order, asked of the running engine. */

import { explanation } from '#api/views/explain.ts';
import { explanationText } from '#api/views/explanation-text.ts';
import { readConfig } from '#app/config.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { ask, messageOf } from './http.ts';
import type { CommandIo } from './io.ts';

export async function explainCommand(id: string, json: boolean, io: CommandIo): Promise<number> {
  const reading = readConfig(io.env);
  if (!reading.ok) {
    for (const problem of reading.problems) io.complain(problem);
    return exitCodes.configuration;
  }
  const address = `http://127.0.0.1:${reading.config.values.TRADEENGINE_PORT}`;
  const answer = await ask(`${address}/v1/explain/${encodeURIComponent(id)}`);
  if (answer.kind === 'unreachable') {
    io.complain(`No engine answers at ${address} (${answer.cause}).`);
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
