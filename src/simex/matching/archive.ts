/**
 * What can still be asked about: every open item, and the newest ended ones in a ring of fixed length, so that
 * memory does not grow with the life of the exchange.
 */

export interface Ring<T> {
  readonly items: T[];
  readonly lengthMax: number;
  /** Where the next item goes once the ring is full. */
  next: number;
}

export const emptyRing = <T>(lengthMax: number): Ring<T> => ({ items: [], lengthMax, next: 0 });

/** Adds an item and gives the one that had to leave for it. */
export function push<T>(ring: Ring<T>, item: T): T | undefined {
  if (ring.items.length < ring.lengthMax) {
    ring.items.push(item);
    return undefined;
  }
  const evicted = ring.items[ring.next];
  ring.items[ring.next] = item;
  ring.next = (ring.next + 1) % ring.lengthMax;
  return evicted;
}

/** Oldest first. */
export const inOrder = <T>(ring: Ring<T>): T[] =>
  ring.next === 0 ? ring.items : [...ring.items.slice(ring.next), ...ring.items.slice(0, ring.next)];

/** The last so many, newest first. */
export function newest<T>({ items, next }: Ring<T>, count: number): T[] {
  const found: T[] = [];
  for (let back = 1; back <= Math.min(count, items.length); back += 1) {
    const item = items[(next - back + 2 * items.length) % items.length];
    if (item !== undefined) found.push(item);
  }
  return found;
}

export interface Archive<T> {
  readonly byId: Map<number, T>;
  /** The newest item of each client id. */
  readonly byClientId: Map<string, T>;
  readonly ended: Ring<T>;
}

export const emptyArchive = <T>(endedMax: number): Archive<T> => ({
  byId: new Map(),
  byClientId: new Map(),
  ended: emptyRing(endedMax),
});

/** Ends an item: it can be asked about until so many others have ended after it. */
export function archive<T>(items: Archive<T>, item: T, keysOf: (item: T) => readonly [number, string]): void {
  const evicted = push(items.ended, item);
  if (evicted === undefined) return;
  const [id, clientId] = keysOf(evicted);
  items.byId.delete(id);
  if (items.byClientId.get(clientId) === evicted) items.byClientId.delete(clientId);
}

/** Everything that is still known, in the order in which it came. */
export const known = <T>(items: Archive<T>): T[] =>
  [...items.byId].sort(([a], [b]) => a - b).map(([, item]) => item);
