/** tradeengine explain ID: the story of a signal or of an order, asked of the running engine. */

import { explanation } from '#api/views/explain.ts';
import { explanationText } from '#api/views/explanation-text.ts';
import { addresses } from '#app/addresses.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { ask, messageOf } from './http.ts';
import type { CommandIo } from './io.ts';
import { withConfig } from './with-config.ts';

export const explainCommand = (id: string, json: boolean, io: CommandIo): Promise<number> =>
  withConfig(io, (config) => tell(addresses(config).engine, id, json, io));

async function tell(address: string, id: string, json: boolean, io: CommandIo): Promise<number> {
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
