// Goal: every store of facts keeps the same promises. Method: one suite, run against each adapter of the Journal port.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Entry } from '#core/facts.ts';
import { MemoryJournal, MemoryStore } from '#journal/memory.ts';
import type { Journal } from '#journal/port.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import { PENDING_ENTRIES_MAX } from '#journal/tail.ts';
import {
  appendSignals,
  entry,
  fails,
  keyOf,
  readAll,
  received,
  reconciled,
  refused,
  seqOf,
  signalEntry,
  temporaryJournal,
} from '#test/support/journal.ts';

/** One store, which can be opened again and again. */
interface Subject {
  open(): Promise<Journal>;
  remove(): Promise<void>;
}

const adapters: Record<string, () => Promise<Subject>> = {
  memory: async () => {
    const store = new MemoryStore();
    return { open: async () => new MemoryJournal({ store }), remove: async () => {} };
  },
  SQLite: () => sqlite({}),
  'SQLite, with an index of few signals in memory,': () => sqlite({ recentSignalsMax: 3 }),
};

async function sqlite(options: { recentSignalsMax?: number }): Promise<Subject> {
  const { path, remove } = await temporaryJournal();
  return { open: () => openSqliteJournal({ path, ...options }), remove };
}

for (const [name, create] of Object.entries(adapters)) {
  describe(`the ${name} journal`, () => {
    let subject: Subject;
    let journals: Journal[];

    const open = async (): Promise<Journal> => {
      const journal = await subject.open();
      journals.push(journal);
      return journal;
    };

    beforeEach(async () => {
      journals = [];
      subject = await create();
    });
    afterEach(async () => {
      for (const journal of journals) await journal.close();
      await subject.remove();
    });

    it('begins empty', async () => {
      const journal = await open();
      assert.equal(journal.head, 0);
      assert.equal(journal.pending, 0);
      assert.deepEqual(await readAll(journal), []);
      assert.equal(await journal.findSignal(keyOf(1)), undefined);
      assert.deepEqual(await journal.story(seqOf(1)), []);
      assert.equal(await journal.loadSnapshot(), undefined);
    });

    it('moves its head with the call and tells how many entries are not durable yet', async () => {
      const journal = await open();
      const first = journal.append(signalEntry(1));
      const second = journal.append(signalEntry(3));
      assert.equal(journal.head, 4);
      assert.equal(journal.pending, 2);
      await first;
      await second;
      assert.equal(journal.pending, 0);
    });

    it('resolves appends in the order of the calls', async () => {
      const journal = await open();
      const order: number[] = [];
      const appends = Array.from({ length: 500 }, (_, index) =>
        journal.append(entry(index + 1, reconciled(index))).then(() => order.push(index)),
      );
      await Promise.all(appends);
      assert.deepEqual(
        order,
        Array.from({ length: 500 }, (_, index) => index),
      );
    });

    it('gives back what was appended, from any fact on', async () => {
      const journal = await open();
      const entries = [
        entry(1, reconciled(0)),
        entry(2, received(2), refused(2), reconciled(1)),
        entry(5, reconciled(2)),
      ];
      for (const each of entries) await journal.append(each);
      assert.deepEqual(await readAll(journal), entries);
      assert.deepEqual(await readAll(journal, 0), entries);
      assert.deepEqual(await readAll(journal, 2), entries.slice(1));
      assert.deepEqual(await readAll(journal, 4), entries.slice(1), 'the entry that holds the fact');
      assert.deepEqual(await readAll(journal, 5), entries.slice(2));
      assert.deepEqual(await readAll(journal, 6), []);
      assert.deepEqual(await readAll(journal, 600), []);
    });

    it('reads more entries than it holds in memory at a time, and can be left in the middle', async () => {
      const journal = await open();
      const entries = await appendSignals(journal, 1_500);
      assert.deepEqual(await readAll(journal), entries);
      assert.deepEqual(await readAll(journal, 2_000), entries.slice(999));
      for await (const first of journal.read(seqOf(1))) {
        assert.deepEqual(first, entries[0]);
        break;
      }
      await journal.append(signalEntry(3_001));
    });

    it('keeps any text that a fact may hold', async () => {
      const journal = await open();
      const text = fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
        .map((units) => String.fromCharCode(...units));
      const property = fc.asyncProperty(text, async (value) => {
        const appended = entry(journal.head + 1, { ...refused(1), value });
        await journal.append(appended);
        assert.deepEqual(await readAll(journal, appended.seq), [appended]);
      });
      await fc.assert(property, { numRuns: 50 });
    });

    for (const wrong of [0, 2, 4, 400]) {
      it(`refuses fact ${wrong} after fact 2, and everything after that`, async () => {
        const journal = await open();
        const good = journal.append(signalEntry(1));
        const bad = journal.append(signalEntry(wrong));
        const right = journal.append(signalEntry(3));
        await assert.rejects(bad, fails('stale_sequence', wrong));
        await assert.rejects(right, fails('stale_sequence'));
        await good;
        assert.equal(journal.head, 2);
        assert.equal((await readAll(journal)).length, 1);
      });
    }

    it('refuses an entry without facts, or with a receipt that findSignal could not name', async () => {
      const journal = await open();
      assert.throws(() => journal.append(entry(1)), /holds no fact/);
      assert.throws(() => journal.append(entry(1, reconciled(0), received(2))), /its first fact/);
      assert.throws(() => journal.append(entry(1, received(7))), /its first fact/);
      await journal.append(signalEntry(1));
    });

    it('lets one of two writers win, and the other append nothing more', async () => {
      const deposed = await open();
      await deposed.append(signalEntry(1));
      const successor = await open();
      await successor.append(entry(3, reconciled(1)));
      await assert.rejects(deposed.append(entry(3, reconciled(2))), fails('stale_sequence', 3));
      await assert.rejects(deposed.append(entry(4, reconciled(2))), fails('stale_sequence'));
      await successor.append(entry(4, reconciled(3)));
      assert.deepEqual(await readAll(successor, 3), [entry(3, reconciled(1)), entry(4, reconciled(3))]);
    });

    it('goes on where it was closed', async () => {
      const before = await open();
      const entries = await appendSignals(before, 3);
      const last = signalEntry(7);
      const durable = before.append(last);
      await before.close();
      await durable;
      await assert.rejects(before.append(signalEntry(9)), fails('unavailable'));
      const after = await open();
      assert.equal(after.head, 8);
      await after.append(signalEntry(9));
      assert.deepEqual(await readAll(after), [...entries, last, signalEntry(9)]);
    });

    it('finds a signal by its key from the moment it is appended, over all time', async () => {
      const journal = await open();
      const durable = journal.append(signalEntry(1));
      assert.equal(await journal.findSignal(keyOf(1)), 1);
      await durable;
      for (let round = 0; round < 4; round += 1) {
        const appends = appendSignals(journal, 5);
        for (let seq = 1; seq <= journal.head; seq += 2)
          assert.equal(await journal.findSignal(keyOf(seq)), seq);
        await appends;
        for (let seq = 1; seq <= journal.head; seq += 2)
          assert.equal(await journal.findSignal(keyOf(seq)), seq);
      }
      assert.equal(await journal.findSignal(keyOf(9)), 9);
      assert.equal(await journal.findSignal(keyOf(2)), undefined);
      await journal.close();
      const after = await open();
      for (let seq = 1; seq <= 41; seq += 2) assert.equal(await after.findSignal(keyOf(seq)), seq);
      assert.equal(await after.findSignal(keyOf(2)), undefined);
    });

    it('tells the story of a signal: each entry about it, whole and in order', async () => {
      const journal = await open();
      const story = { signal: seqOf(1), key: keyOf(1), trace: received(1).trace };
      const planned = { type: 'order.planned', story } as Extract<Entry['facts'][number], { story: unknown }>;
      const entries = [
        entry(1, received(1)),
        entry(2, received(2), reconciled(1)),
        entry(4, reconciled(2), planned, refused(1)),
        entry(7, refused(2), refused(1)),
      ] as const;
      for (const each of entries) await journal.append(each);
      assert.deepEqual(await journal.story(seqOf(1)), [entries[0], entries[2], entries[3]]);
      assert.deepEqual(await journal.story(seqOf(2)), [entries[1], entries[3]]);
      assert.deepEqual(await journal.story(seqOf(3)), []);
    });

    it('keeps the newest snapshot', async () => {
      const journal = await open();
      await appendSignals(journal, 3);
      const state = Buffer.from('two');
      await journal.saveSnapshot({ version: 1, seq: seqOf(2), state });
      await journal.saveSnapshot({ version: 1, seq: seqOf(4), state: Buffer.from('four') });
      const saving = journal.saveSnapshot({ version: 2, seq: seqOf(6), state });
      state.fill(0);
      await saving;
      const expected = { version: 2, seq: seqOf(6), state: new Uint8Array(Buffer.from('two')) };
      assert.deepEqual(plain(await journal.loadSnapshot()), expected);
      await journal.close();
      assert.deepEqual(plain(await (await open()).loadSnapshot()), expected);
    });

    it('takes no snapshot of facts that it does not hold', async () => {
      const journal = await open();
      await appendSignals(journal, 1);
      await assert.rejects(
        journal.saveSnapshot({ version: 1, seq: seqOf(3), state: new Uint8Array(1) }),
        /ahead/,
      );
      assert.equal(await journal.loadSnapshot(), undefined);
    });
  });
}

const plain = (snapshot: Awaited<ReturnType<Journal['loadSnapshot']>>): unknown =>
  snapshot && { ...snapshot, state: new Uint8Array(snapshot.state) };

describe('the memory journal of a simulated process', () => {
  const gathering = () => {
    const commits: (() => void)[] = [];
    return { commits, journal: new MemoryJournal({ schedule: (commit) => commits.push(commit) }) };
  };

  it('makes entries durable in order, whatever the order in which the disk is done', async () => {
    const { commits, journal } = gathering();
    const durable: number[] = [];
    for (const seq of [1, 3, 5]) void journal.append(signalEntry(seq)).then(() => durable.push(seq));
    commits[2]?.();
    commits[1]?.();
    await Promise.resolve();
    assert.deepEqual([durable, journal.durableEntries().length], [[], 0]);
    commits[0]?.();
    await Promise.resolve();
    assert.deepEqual([durable, journal.durableEntries().length], [[1, 3, 5], 3]);
  });

  it('loses in a crash what was not durable, tells nobody, and opens again from the rest', async () => {
    const { commits, journal } = gathering();
    let heard = 0;
    const hear = (): void => {
      heard += 1;
    };
    void journal.append(signalEntry(1)).then(hear, hear);
    void journal.append(signalEntry(3)).then(hear, hear);
    commits[0]?.();
    const next = journal.crash();
    for (const commit of commits) commit();
    void journal.append(signalEntry(5)).then(hear, hear);
    await Promise.resolve();
    assert.equal(heard, 1);
    assert.equal(next.head, 2);
    assert.equal(await next.findSignal(keyOf(3)), undefined);
    assert.deepEqual(next.durableEntries(), [signalEntry(1)]);
  });

  it('fails for good when the disk is full, without skipping an entry', async () => {
    const { commits, journal } = gathering();
    journal.store.entriesMax = 1;
    const appends = [1, 3, 5].map((seq) => journal.append(signalEntry(seq)));
    for (const commit of commits) commit();
    const outcomes = await Promise.allSettled(appends);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    );
    journal.store.entriesMax = 10;
    await assert.rejects(journal.append(signalEntry(7)), fails('unavailable', 3));
    assert.deepEqual(journal.durableEntries(), [signalEntry(1)]);
  });

  it('refuses to let more entries wait than a store that works would', async () => {
    const { journal } = gathering();
    for (let seq = 1; seq <= PENDING_ENTRIES_MAX; seq += 1) void journal.append(entry(seq, reconciled(0)));
    await assert.rejects(journal.append(entry(journal.head + 1, reconciled(0))), fails('unavailable'));
    assert.equal(journal.pending, PENDING_ENTRIES_MAX);
  });
});
