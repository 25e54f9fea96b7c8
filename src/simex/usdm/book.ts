/** The account's resting orders of one symbol, by price and then by time of arrival. */
import type { Order } from './order.ts';
import type { Side } from './types.ts';

export interface Book {
  /** Best price first; equal prices in order of arrival. */
  readonly bids: Order[];
  readonly asks: Order[];
}

export const openBook = (): Book => ({ bids: [], asks: [] });

export const sideOf = (book: Book, side: Side): Order[] => (side === 'BUY' ? book.bids : book.asks);
export const opposite = (side: Side): Side => (side === 'BUY' ? 'SELL' : 'BUY');
export const countOf = (book: Book): number => book.bids.length + book.asks.length;

export function rest(book: Book, order: Order): void {
  const queue = sideOf(book, order.side);
  const before = (other: Order): boolean =>
    order.side === 'BUY' ? other.price >= order.price : other.price <= order.price;
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = queue[middle];
    if (other !== undefined && before(other)) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, order);
}

export function unrest(book: Book, order: Order): void {
  const queue = sideOf(book, order.side);
  const index = queue.indexOf(order);
  if (index !== -1) queue.splice(index, 1);
}
