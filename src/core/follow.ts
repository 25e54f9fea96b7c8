/** Stops that follow the market: to the entry price once enough is won, and behind the market. Never back. */

import { freshQuote, type Moment } from './command.ts';
import type { Fact } from './facts.ts';
import { addMs } from './ids.ts';
import { movePrice, negateRate, type Price, rate, rateBetween, showPrice } from './money.ts';
import { entryPriceOf, type Position } from './position.ts';
import type { PositionStopMoved } from './position-facts.ts';
import { type EntryRules, rulesFor, type TradingSettings } from './settings.ts';
import type { EngineState } from './state.ts';

/** A stop moves by at least this share of the market, and not more often: each move is an order placed and one cancelled. */
const STEP_RATE = rate('0.001');
const PAUSE_MS = 1_000;

export function followMarket(state: EngineState, moment: Moment): Fact[] {
  if (!mayFollow(state.settings)) return [];
  return [...state.positions.values()].flatMap((position) => follow(state, position, moment) ?? []);
}

const mayFollow = (settings: TradingSettings): boolean =>
  [settings, ...settings.overrides.map(({ rules }) => rules)].some(
    ({ breakEvenRate, trailingRate }) => breakEvenRate !== undefined || trailingRate !== undefined,
  );

function follow(state: EngineState, position: Position, moment: Moment): PositionStopMoved | undefined {
  const { name, key, stop, stopMovedAt, flatten, exposedSince } = position;
  // First it is covered at all.
  if (flatten !== undefined || exposedSince !== undefined || moment.at < addMs(stopMovedAt, PAUSE_MS))
    return undefined;
  const rules = rulesFor(state.settings, { symbol: name.symbol, strategyId: name.strategy, side: name.side });
  const mark = freshQuote(moment, name.symbol, state.settings)?.mark;
  if (mark === undefined) return undefined;
  const best = wanted(position, rules, mark);
  const nearer = (a: Price, b: Price): boolean => (name.side === 'LONG' ? a > b : a < b);
  if (best === undefined || !nearer(best.at, stop)) return undefined;
  const way = name.side === 'LONG' ? rateBetween(stop, best.at, mark) : rateBetween(best.at, stop, mark);
  if (way < STEP_RATE) return undefined;
  return {
    type: 'position.stop_moved',
    position: key,
    ...position.levelsOf,
    from: showPrice(stop),
    to: showPrice(best.at),
    why: best.why,
  };
}

interface Wanted {
  readonly at: Price;
  readonly why: PositionStopMoved['why'];
}

/** The nearest to the market of the stops that the rules ask for. */
function wanted({ name, holding }: Position, rules: EntryRules, mark: Price): Wanted | undefined {
  const entry = entryPriceOf(holding);
  const long = name.side === 'LONG';
  const won = long ? rateBetween(entry, mark, entry) : rateBetween(mark, entry, entry);
  const { breakEvenRate, trailingRate } = rules;
  const even: Wanted | undefined =
    breakEvenRate !== undefined && won >= rate(breakEvenRate) ? { at: entry, why: 'break_even' } : undefined;
  if (trailingRate === undefined) return even;
  const distance = rate(trailingRate);
  const trailing = long ? movePrice(mark, negateRate(distance), 'down') : movePrice(mark, distance, 'up');
  const evenIsNearer = even !== undefined && (long ? even.at > trailing : even.at < trailing);
  return evenIsNearer ? even : { at: trailing, why: 'trailing' };
}
