/** Finds what an id stands for in the journal: a signal by the publisher's name, or by an order that came of it. */

import { type AccountId, type ClientOrderId, type Seq, type SignalId, signalKeyOf } from '#core/ids.ts';
import type { EngineState } from '#core/state.ts';
import { signalKeyFor } from '#intake/identity.ts';
import type { Journal } from '#journal/port.ts';
import { type Explanation, explain } from './views/explain.ts';
import { detailOf, type OrderDetail } from './views/order.ts';
import { Orders } from './views/orders.ts';
import type { Assets } from './views/sentence.ts';

export interface Books {
  readonly account: AccountId;
  readonly journal: Journal;
  readonly state: Readonly<EngineState>;
}

/** @param id a signal's or an order's. */
export async function findExplanation(books: Books, id: string): Promise<Explanation | undefined> {
  const { account, journal } = books;
  const key = signalKeyOf(id);
  const signal =
    (await journal.findSignal(signalKeyFor(account, id as SignalId))) ??
    (key === undefined ? undefined : await journal.findSignal(key));
  if (signal === undefined) return undefined;
  const entries = await journal.story(signal);
  return explain(entries, signal, assetsOf(books, entries), await openerOf(books, entries, signal));
}

export async function findOrder({ journal }: Books, id: string): Promise<OrderDetail | undefined> {
  const key = signalKeyOf(id);
  const signal = key === undefined ? undefined : await journal.findSignal(key);
  if (signal === undefined) return undefined;
  const orders = new Orders();
  for (const entry of await journal.story(signal)) orders.apply(entry);
  const found = orders.get(id as ClientOrderId);
  return found === undefined ? undefined : detailOf(found);
}

type Entries = Awaited<ReturnType<Journal['story']>>;

function assetsOf({ state }: Books, entries: Entries): Assets {
  for (const { facts } of entries) {
    for (const fact of facts) {
      if (fact.type !== 'signal.received') continue;
      const listing = state.listings.get(fact.content.symbol);
      if (listing !== undefined) return { base: listing.baseAsset, quote: listing.quoteAsset };
    }
  }
  return { base: '', quote: '' };
}

/** The story of the position that an entry of the signal added to, while it is open. */
async function openerOf({ journal, state }: Books, entries: Entries, signal: Seq) {
  for (const { facts } of entries) {
    for (const fact of facts) {
      if (fact.type !== 'order.planned' || fact.leg !== 'entry' || fact.story.signal !== signal) continue;
      const opener = state.positions.get(fact.position)?.story.signal;
      if (opener === undefined || opener === signal) return undefined;
      return { entries: await journal.story(opener), signal: opener };
    }
  }
  return undefined;
}
