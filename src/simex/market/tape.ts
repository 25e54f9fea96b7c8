/**
 * What one symbol's market has shown to everybody: prints, candles, and the depth as it was last published. Plain
 * data with bounds, kept with the rest of the exchange's state; futures and spot word it each in their own way.
 */
import type { Money, Price, Quantity } from '#core/money.ts';
import { notional } from '#core/money.ts';
import type { Candles } from './candles.ts';
import { emptyCandles, minuteAt, roll, touch } from './candles.ts';
import { keepNewest } from './keep-newest.ts';
import type { Level } from './market.ts';

/** One trade. Each is an aggregate of its own, as if no order had ever met two others at one price. */
export interface Print {
  readonly id: number;
  readonly timeMs: number;
  readonly price: Price;
  readonly quantity: Quantity;
  /** The seller was the one who took. */
  readonly buyerIsMaker: boolean;
}

export interface Tape {
  /** Oldest first. */
  readonly prints: Print[];
  nextId: number;
  readonly candles: Candles;
  /** Of the mark price, and of its distance to the index as a rate: one sample for each time that it was published. */
  readonly marks: Candles;
  readonly premiums: Candles;
  markedMs: number;
  /** Best first. Replaced as a whole, so that whoever remembers one can compare. */
  bids: readonly Level[];
  asks: readonly Level[];
  /** How often the depth has changed. */
  depthChanges: number;
}

/** What one request may ask for, and as much again. */
const PRINTS_KEPT = 2000;

export const emptyTape = (): Tape => ({
  prints: [],
  nextId: 1,
  candles: emptyCandles(),
  marks: emptyCandles(),
  premiums: emptyCandles(),
  markedMs: 0,
  bids: [],
  asks: [],
  depthChanges: 0,
});

export function print(
  tape: Tape,
  timeMs: number,
  price: Price,
  quantity: Quantity,
  buyerIsMaker: boolean,
): void {
  const id = tape.nextId;
  tape.nextId += 1;
  tape.prints.push({ id, timeMs, price, quantity, buyerIsMaker });
  keepNewest(tape.prints, PRINTS_KEPT);

  const minute = minuteAt(tape.candles, timeMs, price);
  touch(minute, price);
  const turnover = notional(price, quantity);
  minute.volume = (minute.volume + quantity) as Quantity;
  minute.turnover = (minute.turnover + turnover) as Money;
  if (!buyerIsMaker) {
    minute.takerVolume = (minute.takerVolume + quantity) as Quantity;
    minute.takerTurnover = (minute.takerTurnover + turnover) as Money;
  }
  if (minute.firstId === 0) minute.firstId = id;
  minute.lastId = id;
  minute.count += 1;
}

export function sample(candles: Candles, timeMs: number, value: Price): void {
  const minute = minuteAt(candles, timeMs, value);
  touch(minute, value);
  minute.count += 1;
}

/** Time has passed: candles end although nothing is traded. */
export const passTime = (tape: Tape, nowMs: number): void => roll(tape.candles, nowMs);

export function showDepth(tape: Tape, bids: readonly Level[], asks: readonly Level[]): void {
  if (tape.bids === bids && tape.asks === asks) return;
  tape.bids = bids;
  tape.asks = asks;
  tape.depthChanges += 1;
}

/** The prints from an id on that are still kept. */
export function printsFrom({ prints }: Tape, id: number): readonly Print[] {
  const [first] = prints;
  return first === undefined ? [] : prints.slice(Math.max(0, id - first.id));
}
