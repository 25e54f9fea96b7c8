/** What a check of the doctor finds, and how checks are run: each within a deadline. */

import { systemTimers, within } from '#engine/time.ts';

export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** Longer than any request of a check may take by itself. */
const CHECK_MS_MAX = 20_000;

/** Of a check, by what it is called. */
export interface Verdicts {
  ok(detail: string): Finding;
  warn(detail: string, fix: string): Finding;
  fail(detail: string, fix: string): Finding;
}

export const verdicts = (check: string): Verdicts => ({
  ok: (detail) => ({ check, status: 'ok', detail }),
  warn: (detail, fix) => ({ check, status: 'warn', detail, fix }),
  fail: (detail, fix) => ({ check, status: 'fail', detail, fix }),
});

/** A check that takes too long has failed, and so has one that met a defect. */
export async function runCheck(
  check: string,
  run: (verdict: Verdicts) => Promise<Finding | readonly Finding[]>,
  deadlineMs = CHECK_MS_MAX,
): Promise<readonly Finding[]> {
  const verdict = verdicts(check);
  const late = verdict.fail(
    `no result within ${deadlineMs} ms`,
    'Try again; if it stays, look at what it asks.',
  );
  const found = await within(
    systemTimers,
    deadlineMs,
    run(verdict).catch((error) => verdict.fail(String(error), 'This is a defect: report it.')),
    late,
  );
  return Array.isArray(found) ? found : [found as Finding];
}
