// Goal: a reader in another thread or process sees what is durable, in order, from before the journal exists on.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Entry } from '#core/facts.ts';
import { type JournalReader, openJournalReader } from '#journal/reader.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import { appendSignals, fails, seqOf, signalEntry, temporaryJournal } from '#test/support/journal.ts';

describe('a journal reader', () => {
  let path: string;
  let remove: () => Promise<void>;
  let reader: JournalReader;

  beforeEach(async () => {
    ({ path, remove } = await temporaryJournal());
    reader = openJournalReader(path);
  });
  afterEach(async () => {
    reader.close();
    await remove();
  });

  it('waits for a journal that does not exist yet', async () => {
    assert.equal(reader.head(), 0);
    assert.deepEqual(reader.readBatch(seqOf(1), 10), []);
    const journal = await openSqliteJournal({ path });
    assert.equal(reader.head(), 0);
    await appendSignals(journal, 2);
    assert.equal(reader.head(), 4);
    assert.deepEqual(reader.readBatch(seqOf(1), 10), [signalEntry(1), signalEntry(3)]);
    await journal.close();
  });

  it('reads from any fact on, and no more than it is asked for', async () => {
    const journal = await openSqliteJournal({ path });
    await appendSignals(journal, 5);
    assert.deepEqual(reader.readBatch(seqOf(1), 2), [signalEntry(1), signalEntry(3)]);
    assert.deepEqual(reader.readBatch(seqOf(4), 1), [signalEntry(3)]);
    assert.deepEqual(reader.readBatch(seqOf(11), 10), []);
    await journal.close();
    assert.deepEqual(reader.readBatch(seqOf(9), 10), [signalEntry(9)]);
  });

  it('follows while the journal is written', async () => {
    const journal = await openSqliteJournal({ path });
    const followed: Entry[] = [];
    let next = 1;
    const follow = (): void => {
      const batch = reader.readBatch(seqOf(next), 7);
      followed.push(...batch);
      next += 2 * batch.length;
    };
    for (let round = 0; round < 40; round += 1) {
      const appended = appendSignals(journal, 5);
      follow();
      const entries = await appended;
      assert.ok(reader.head() >= (entries.at(-1)?.seq ?? 0), 'what is acknowledged can be read');
      follow();
    }
    while (next <= reader.head()) follow();
    assert.deepEqual(
      followed,
      Array.from({ length: 200 }, (_, index) => signalEntry(1 + 2 * index)),
    );
    await journal.close();
  });

  it('refuses a file that is no journal', async () => {
    await (await openSqliteJournal({ path })).close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 2');
    database.close();
    assert.throws(() => reader.head(), fails('too_new'));
  });
});
