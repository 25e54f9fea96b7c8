/**
 * The newest durable entries, for those who follow the engine: whoever is near the end is served from memory, whoever is
 * behind from the journal. Nobody misses or repeats a fact, and the engine waits for nobody.
 */

import { type Entry, signalOf } from '#core/facts.ts';
import type { Seq, StrategyId } from '#core/ids.ts';
import { type Timers, within } from '#engine/time.ts';
import type { Journal } from '#journal/port.ts';
import { type HeardFact, strategyIn } from './views/event.ts';

const ENTRIES_KEPT = 2_000;
/** Read from the journal at once for one client. */
const PAGE_FACTS = 200;
/** Signals whose strategy is remembered; of others the journal is asked. */
const SIGNALS_KEPT = 10_000;

export class EventFeed {
  readonly #timers: Timers;
  readonly #entries: Entry[] = [];
  readonly #strategies = new Map<Seq, StrategyId>();
  #news = Promise.withResolvers<void>();
  #closed = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Oldest first. */
  get newest(): readonly Entry[] {
    return this.#entries;
  }

  /** The number of the last fact that was heard of; 0 before the first. */
  get head(): Seq {
    const last = this.#entries.at(-1);
    return last === undefined ? (0 as Seq) : endOf(last);
  }

  readonly apply = (entry: Entry): void => {
    // An engine that failed may have left entries that nobody was told of: they are in the journal.
    if (entry.seq !== this.head + 1) this.#entries.length = 0;
    this.#entries.push(entry);
    if (this.#entries.length > ENTRIES_KEPT) this.#entries.splice(0, ENTRIES_KEPT / 2);
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  };

  /** Resolves at the next entry, or after a while. */
  wait(ms: number): Promise<void> {
    return within(this.#timers, ms, this.#news.promise, undefined);
  }

  /** Whoever waits goes on, and finds it closed. */
  close(): void {
    this.#closed = true;
    this.#news.resolve();
  }

  /** The facts from number `from` on, at most about a page of them. */
  async read(journal: Journal, from: Seq): Promise<HeardFact[]> {
    const heard: HeardFact[] = [];
    for (const { seq, at, facts } of await this.#entriesFrom(journal, from)) {
      for (const [index, fact] of facts.entries()) {
        const number = (seq + index) as Seq;
        const signal = signalOf(fact);
        const strategy = strategyIn(fact) ?? (await this.#strategyOf(journal, signal));
        if (signal !== undefined && strategy !== undefined) this.#remember(signal, strategy);
        if (number >= from) heard.push({ seq: number, at, fact, strategy });
      }
    }
    return heard;
  }

  async #entriesFrom(journal: Journal, from: Seq): Promise<Entry[]> {
    const entries: Entry[] = [];
    let facts = 0;
    for await (const entry of this.#source(journal, from)) {
      entries.push(entry);
      facts += entry.facts.length;
      if (facts >= PAGE_FACTS) break;
    }
    return entries;
  }

  #source(journal: Journal, from: Seq): Iterable<Entry> | AsyncIterable<Entry> {
    const [oldest] = this.#entries;
    if (oldest === undefined || from < oldest.seq) return journal.read(from);
    const index = this.#entries.findLastIndex(({ seq }) => seq <= from);
    const last = this.#entries[index];
    return this.#entries.slice(last !== undefined && endOf(last) < from ? index + 1 : index);
  }

  async #strategyOf(journal: Journal, signal: Seq | undefined): Promise<StrategyId | undefined> {
    if (signal === undefined) return undefined;
    const known = this.#strategies.get(signal);
    if (known !== undefined) return known;
    const [first] = await journal.story(signal);
    for (const fact of first?.facts ?? []) {
      if (signalOf(fact) === signal) return strategyIn(fact);
    }
    return undefined;
  }

  #remember(signal: Seq, strategy: StrategyId): void {
    this.#strategies.delete(signal);
    this.#strategies.set(signal, strategy);
    for (const oldest of this.#strategies.keys()) {
      if (this.#strategies.size <= SIGNALS_KEPT) return;
      this.#strategies.delete(oldest);
    }
  }
}

const endOf = ({ seq, facts }: Entry): Seq => (seq + facts.length - 1) as Seq;
