/** tradeengine doctor: each check with its outcome, and what to mend. */

import { examine } from '#app/doctor/doctor.ts';
import type { Finding } from '#app/doctor/finding.ts';
import { exitCodes } from '#app/exit-codes.ts';
import type { CommandIo } from './io.ts';

export async function doctorCommand(json: boolean, { env, say }: CommandIo): Promise<number> {
  const findings = await examine(env);
  const failed = findings.some(({ status }) => status === 'fail');
  say(json ? JSON.stringify({ ok: !failed, findings }, null, 2) : findings.map(shown).join('\n'));
  return failed ? exitCodes.failed : exitCodes.ok;
}

const STATUS_WIDTH = 'fail'.length;
const CHECK_WIDTH = 'data directory'.length;

function shown({ status, check, detail, fix }: Finding): string {
  const line = `${status.padEnd(STATUS_WIDTH)}  ${check.padEnd(CHECK_WIDTH)}  ${detail}`;
  return fix === undefined ? line : `${line}\n${' '.repeat(STATUS_WIDTH + CHECK_WIDTH + 4)}${fix}`;
}
