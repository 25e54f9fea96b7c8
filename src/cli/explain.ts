/** tradeengine explain ID: the story of a signal or of an order, asked of the running engine. */

import { explanation } from '#api/views/explain.ts';
import { explanationText } from '#api/views/explanation-text.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { askEngine, engineApi } from './engine-api.ts';
import type { CommandIo } from './io.ts';
import { withConfig } from './with-config.ts';

export const explainCommand = (id: string, json: boolean, io: CommandIo): Promise<number> =>
  withConfig(io, async (config) => {
    const path = `/v1/explain/${encodeURIComponent(id)}`;
    const story = await askEngine(engineApi(config), explanation, path, {}, io);
    if (story === undefined) return exitCodes.failed;
    io.say(json ? JSON.stringify(story, null, 2) : explanationText(story));
    return exitCodes.ok;
  });
