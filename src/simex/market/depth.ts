/**
 * Depth as clients keep it: a snapshot, and changes that are numbered so that each fits the one before.
 *
 * The documented way to join them starts with a change whose U <= lastUpdateId <= u, so a snapshot's number has to lie
 * within the change that comes next. Every change of the depth therefore counts two numbers, and a snapshot says the
 * first of the two.
 * https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/How-to-manage-a-local-order-book-correctly
 */
import type { Quantity } from '#core/money.ts';
import { zeroQuantity } from '#core/money.ts';
import type { Level } from './market.ts';
import type { Tape } from './tape.ts';

/** How a depth was at one moment. */
export type Depth = Pick<Tape, 'bids' | 'asks' | 'depthChanges'>;

export const depthOf = ({ bids, asks, depthChanges }: Tape): Depth => ({ bids, asks, depthChanges });

const IDS_PER_CHANGE = 2;

export const snapshotId = ({ depthChanges }: Depth): number => depthChanges * IDS_PER_CHANGE + 1;
/** The last number (`u`) of the change that led to a depth. */
export const finalId = ({ depthChanges }: Depth): number => depthChanges * IDS_PER_CHANGE;
/** The first number (`U`) of the change that leads away from a depth. */
export const firstIdAfter = (depth: Depth): number => finalId(depth) + 1;

/** The levels that differ, as they are now; those that are gone have no quantity. */
export function changedLevels(before: readonly Level[], after: readonly Level[]): Level[] {
  const old = new Map<bigint, Quantity>();
  for (const { price, quantity } of before) old.set(price, quantity);
  const changed: Level[] = [];
  for (const level of after) {
    if (old.get(level.price) !== level.quantity) changed.push(level);
    old.delete(level.price);
  }
  for (const { price } of before) {
    if (old.has(price)) changed.push({ price, quantity: zeroQuantity });
  }
  return changed;
}

/** Two lists of levels, each best first, as one; equal prices are one level. */
export function joinLevels(
  one: readonly Level[],
  other: readonly Level[],
  isBetter: (a: bigint, b: bigint) => boolean,
): readonly Level[] {
  if (other.length === 0) return one;
  const joined: Level[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const a = one[i];
    const b = other[j];
    const isFirst = a !== undefined && (b === undefined || !isBetter(b.price, a.price));
    const next = isFirst ? a : b;
    if (next === undefined) return joined;
    if (isFirst) i += 1;
    else j += 1;
    const last = joined.at(-1);
    if (last?.price === next.price) {
      joined[joined.length - 1] = {
        price: next.price,
        quantity: (last.quantity + next.quantity) as Quantity,
      };
    } else joined.push(next);
  }
}
