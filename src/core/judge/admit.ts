/** The rules that hold for every signal: what is asked for, when, of what, and whether there is a market to judge by. */

import { type Moment, quoteAgeMs } from '../command.ts';
import { MICROS_PER_MS, type Micros } from '../ids.ts';
import type { Instrument, Quote } from '../instrument.ts';
import { rate } from '../money.ts';
import { rulesFor } from '../settings.ts';
import { type Signal, scopeOf } from '../signal.ts';
import type { EngineState } from '../state.ts';
import type { Measurements } from './measurements.ts';

/** The rules that need no market: what is asked for, when, and of what. */
export function admit(
  state: EngineState,
  signal: Signal,
  at: Micros,
  measurements: Measurements,
): Instrument | undefined {
  const { settings } = state;
  const allowed = settings.symbols.includes(signal.symbol);
  const ageMs = Math.floor(at / MICROS_PER_MS) - signal.timestampMs;
  const closing = signal.action === 'close';
  const { confidenceMin } = rulesFor(settings, scopeOf(signal));
  const symbolCount = `${settings.symbols.length} symbols allowed`;
  const confidence = rate(signal.confidence);
  const passes =
    measurements.measure('action', signal.action, 'buy, sell or close', signal.action !== 'hold') &&
    measurements.measure(
      'signal_age',
      `${ageMs} ms`,
      `${settings.signalAgeMsMax} ms`,
      ageMs <= settings.signalAgeMsMax,
    ) &&
    measurements.measure(
      'clock_skew',
      `${-ageMs} ms ahead`,
      `${settings.clockSkewMsMax} ms`,
      -ageMs <= settings.clockSkewMsMax,
    ) &&
    // What reduces is not held back by the rules for what adds.
    (closing ||
      (measurements.measure('symbol_list', signal.symbol, symbolCount, allowed) &&
        measurements.measure(
          'confidence_min',
          signal.confidence,
          confidenceMin,
          confidence >= rate(confidenceMin),
        )));
  if (!passes) return undefined;
  const instrument = state.instruments.get(signal.symbol);
  measurements.measure('instrument', signal.symbol, 'listed by the exchange', instrument !== undefined);
  return instrument;
}

export function measureQuote(
  state: EngineState,
  signal: Signal,
  moment: Moment,
  measurements: Measurements,
): Quote | undefined {
  const limit = `${state.settings.quoteAgeMsMax} ms`;
  const quote = moment.quote(signal.symbol);
  if (quote === undefined) {
    measurements.measure('market_age', 'no price yet', limit, false);
    return undefined;
  }
  const ageMs = quoteAgeMs(quote, moment);
  const fresh = ageMs <= state.settings.quoteAgeMsMax;
  return measurements.measure('market_age', `${ageMs} ms old`, limit, fresh) ? quote : undefined;
}
