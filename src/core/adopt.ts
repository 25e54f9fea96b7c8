/**
 * Positions that the exchange holds beyond the journal: opened by hand, by another program, or lost sight of. The part that
 * no strategy accounts for becomes a position of its own, so that it is guarded like any other, or closed.
 */

import type { CompareSnapshot, Moment } from './command.ts';
import type { Fact } from './facts.ts';
import {
  type PositionSide,
  positionKeyOf,
  type Seq,
  type SignalKey,
  type StrategyId,
  type Symbol,
  type TraceId,
} from './ids.ts';
import { addQuantity, notional, price, type Quantity, showMoney, showPrice, showQuantity } from './money.ts';
import { levelsFrom } from './position.ts';
import { rulesFor } from './settings.ts';
import type { EngineState } from './state.ts';

/** Whose positions these are, where a strategy would stand. */
const FOREIGN = 'foreign' as StrategyId;

/** @param surplus what the exchange holds beyond all positions of the journal, in this symbol and on this side */
export function adopt(
  state: EngineState,
  snapshot: CompareSnapshot,
  { symbol, side }: { readonly symbol: Symbol; readonly side: PositionSide },
  surplus: Quantity,
  moment: Moment,
): Fact[] {
  const policy = state.settings.foreignPositions;
  const quote = moment.quote(symbol);
  const held = snapshot.positions.find((one) => one.symbol === symbol && one.side === side);
  if (policy === 'report' || quote === undefined || held === undefined || !state.instruments.has(symbol))
    return [];
  const { account } = state;
  const position = positionKeyOf({ account, strategy: FOREIGN, symbol, side });
  const before = state.positions.get(position);
  const quantity = addQuantity(before?.holding.quantity ?? (0n as Quantity), surplus);
  const { stopLossRate } = rulesFor(state.settings, { symbol, strategyId: FOREIGN, side });
  // What it won or lost so far is not known to have been wanted: the distance counts from now.
  const stop = before?.stop ?? levelsFrom({ stopRate: stopLossRate }, side, quote.mark).stop;
  if (stop === undefined) throw new Error('a distance that gives no stop');
  const story = before?.story ?? storyOf((state.seq + 1) as Seq);
  return [
    {
      type: 'position.adopted',
      position,
      signal: story.signal,
      trace: story.trace,
      story,
      strategyId: FOREIGN,
      symbol,
      side,
      quantity: showQuantity(quantity),
      cost: showMoney(notional(price(held.entryPrice), quantity)),
      stop: showPrice(stop),
      ...(policy === 'flatten' ? { flatten: 'foreign' as const } : {}),
    },
  ];
}

const KEY_PREFIX = 'adopted';
const KEY_LETTERS = 20;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** No signal is behind it: its orders and its trace are named by the number of the fact that it begins with. */
function storyOf(seq: Seq) {
  let digits = '';
  for (let left = BigInt(seq); left > 0n; left /= 32n)
    digits = ALPHABET.charAt(Number.parseInt(`${left % 32n}`, 10)) + digits;
  return {
    signal: seq,
    key: `${KEY_PREFIX}${digits.padStart(KEY_LETTERS - KEY_PREFIX.length, 'a')}` as SignalKey,
    trace: `ad0${seq.toString(16).padStart(29, '0')}` as TraceId,
  };
}
