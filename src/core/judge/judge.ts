/**
 * The decision on one signal: every rule that it is measured by, in order, with value and limit. The first rule
 * that it breaks refuses it. Data that a rule needs and that is missing refuses too.
 */

import type { Moment } from '../command.ts';
import type { Story } from '../order.ts';
import type { Signal } from '../signal.ts';
import type { EngineState } from '../state.ts';
import { admit, measureQuote } from './admit.ts';
import { judgeClose } from './close.ts';
import { judgeEntry } from './entry.ts';
import { judgeAccount } from './limits.ts';
import { type Decision, Measurements } from './measurements.ts';

export function judge(state: EngineState, signal: Signal, story: Story, moment: Moment): Decision {
  const measurements = new Measurements();
  const instrument = admit(state, signal, moment.at, measurements);
  if (instrument === undefined) return measurements.refusal();
  if (signal.action === 'close') return judgeClose(state, signal, story, instrument, moment, measurements);
  const quote = measureQuote(state, signal, moment, measurements);
  if (quote === undefined) return measurements.refusal();
  const funds = judgeAccount(state, moment.at, measurements);
  if (funds === undefined) return measurements.refusal();
  return judgeEntry({ state, signal, story, instrument, quote, funds }, measurements);
}
