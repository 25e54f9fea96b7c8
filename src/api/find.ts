/** Finds what an id stands for in the journal: a signal by the publisher's name, or by an order that came of it. */

import { type Entry, signalOf } from '#core/facts.ts';
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
  const opener = openerOf(books, entries, signal);
  const all = opener === undefined ? entries : inOrder(entries, await journal.story(opener));
  return explain(all, signal, assetsOf(books, entries));
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

type Entries = readonly Entry[];

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

/**
 * The signal that opened the position that this one added to, if it did. The position may be gone: its guards, which
 * were planned or accepted together with what happened to it, still name the one who opened it.
 */
function openerOf({ state }: Books, entries: Entries, signal: Seq): Seq | undefined {
  for (const { at, facts } of entries) {
    for (const fact of facts) {
      if (fact.type === 'position.opened' && fact.signal === signal) return undefined;
      if (fact.type !== 'position.changed' && fact.type !== 'position.protected') continue;
      if (fact.signal !== signal) continue;
      const held = state.positions.get(fact.position);
      if (held !== undefined && held.openedAt <= at) return held.story.signal;
      const guard = facts.find((beside) => 'leg' in beside && beside.leg === 'stop');
      const opener = guard === undefined ? undefined : signalOf(guard);
      if (opener !== undefined) return opener;
    }
  }
  return undefined;
}

function inOrder(...stories: Entries[]): Entry[] {
  const entries = new Map(stories.flat().map((entry) => [entry.seq, entry]));
  return [...entries.values()].sort((a, b) => a.seq - b.seq);
}
