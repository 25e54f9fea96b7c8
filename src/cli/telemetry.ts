/** tradeengine telemetry status: what of the telemetry has arrived, asked of the running engine. */

import { z } from 'zod';
import { telemetryReport, telemetryText } from '#api/views/telemetry.ts';
import { addresses } from '#app/addresses.ts';
import { exitCodes } from '#app/exit-codes.ts';
import { ask } from './http.ts';
import type { CommandIo } from './io.ts';
import { withConfig } from './with-config.ts';

const health = z.object({ telemetry: telemetryReport });

export const telemetryStatusCommand = (json: boolean, io: CommandIo): Promise<number> =>
  withConfig(io, (config) => tell(addresses(config).engine, json, io));

async function tell(address: string, json: boolean, io: CommandIo): Promise<number> {
  const answer = await ask(`${address}/health`);
  if (answer.kind === 'unreachable') {
    io.complain(`No engine answers at ${address} (${answer.cause}).`);
    return exitCodes.failed;
  }
  const report = health.parse(answer.body).telemetry;
  io.say(json ? JSON.stringify(report, null, 2) : telemetryText(report));
  const failing = report.signals.some(({ failing_since }) => failing_since !== null);
  return report.export === 'misconfigured' || failing ? exitCodes.failed : exitCodes.ok;
}
