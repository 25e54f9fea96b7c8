/** tradeengine telemetry status: what of the telemetry has arrived, asked of the running engine. */

import { z } from 'zod';
import { telemetryReport, telemetryText } from '#api/views/telemetry.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { type EngineApi, engineApi } from './engine-api.ts';
import { messageOf } from './http.ts';
import type { CommandIo } from './io.ts';
import { withConfig } from './with-config.ts';

const health = z.object({ telemetry: telemetryReport });

export const telemetryStatusCommand = (json: boolean, io: CommandIo): Promise<number> =>
  withConfig(io, (config) => tell(engineApi(config), json, io));

async function tell(engine: EngineApi, json: boolean, io: CommandIo): Promise<number> {
  const answer = await engine.ask('/health');
  if (answer.kind === 'unreachable') {
    io.complain(`No engine answers at ${engine.address} (${answer.cause}).`);
    return exitCodes.failed;
  }
  if (answer.status === 401 || answer.status === 403) {
    io.complain(messageOf(answer.body));
    return exitCodes.failed;
  }
  const told = health.safeParse(answer.body);
  if (!told.success) {
    io.complain(`What answers at ${engine.address} does not speak as this version of the engine does.`);
    return exitCodes.failed;
  }
  const report = told.data.telemetry;
  io.say(json ? JSON.stringify(report, null, 2) : telemetryText(report));
  return report.faults.length === 0 ? exitCodes.ok : exitCodes.failed;
}
