/** Who takes the signals: the engine of one account, or whoever stands in for it while it is down. */

import type { AccountId } from '#core/ids.ts';
import type { Answer } from '#engine/answer.ts';
import type { SignalSubmission, Unready } from '#engine/engine.ts';

export interface SignalDesk {
  readonly account: AccountId;
  submit(submission: SignalSubmission): Promise<Answer | Unready>;
}
