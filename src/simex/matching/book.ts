/** The account's resting orders of one symbol, by price and then by time of arrival. */
import type { Price } from '#core/money.ts';

export type Side = 'BUY' | 'SELL';

interface Resting {
  readonly side: Side;
  readonly price: Price;
}

export interface Book<Order extends Resting> {
  /** Best price first; equal prices in order of arrival. */
  readonly bids: Order[];
  readonly asks: Order[];
}

export const openBook = <Order extends Resting>(): Book<Order> => ({ bids: [], asks: [] });

export const sideOf = <Order extends Resting>(book: Book<Order>, side: Side): Order[] =>
  side === 'BUY' ? book.bids : book.asks;
export const opposite = (side: Side): Side => (side === 'BUY' ? 'SELL' : 'BUY');
export const countOf = (book: Book<Resting>): number => book.bids.length + book.asks.length;

export function rest<Order extends Resting>(book: Book<Order>, order: Order): void {
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

export function unrest<Order extends Resting>(book: Book<Order>, order: Order): void {
  const queue = sideOf(book, order.side);
  const index = queue.indexOf(order);
  if (index !== -1) queue.splice(index, 1);
}
