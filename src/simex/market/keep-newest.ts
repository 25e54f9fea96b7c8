/** Bounds a list that grows at its end. */

/** How many more than wanted may gather, so that the list is not moved with every entry. */
const SLACK = 256;

export function keepNewest(list: unknown[], count: number): void {
  if (list.length > count + SLACK) list.splice(0, list.length - count);
}
