// Goal: a journal that is not what was written is refused at the start, with the number where it breaks. Method: real
// files, damaged by other hands: in the tables, in single bytes, and as a whole.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Journal, JournalFault } from '#journal/port.ts';
import { verifyFile } from '#journal/sqlite/chain.ts';
import { Queries } from '#journal/sqlite/queries.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import {
  appendSignals,
  fails,
  keyOf,
  readAll,
  seqOf,
  signalEntry,
  temporaryJournal,
} from '#test/support/journal.ts';

const ENTRIES = 300;
const PAGE_BYTES = 8_192;
const HEAD = 2 * ENTRIES;

describe('a damaged journal', () => {
  let path: string;
  let remove: () => Promise<void>;
  let whole: Buffer;
  const opened: Journal[] = [];

  const open = async (): Promise<Journal> => {
    const journal = await openSqliteJournal({ path, recentSignalsMax: 50 });
    opened.push(journal);
    return journal;
  };
  const closeAll = async (): Promise<void> => {
    for (const journal of opened.splice(0)) await journal.close();
  };
  const edit = (sql: string): void => {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  };
  const patch = (change: (bytes: Buffer) => void): void => {
    const bytes = readFileSync(path);
    change(bytes);
    writeFileSync(path, bytes);
  };
  const flip = (bytes: Buffer, at: number, mask = 1): void => {
    bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at);
  };

  before(async () => {
    ({ path, remove } = await temporaryJournal());
    const journal = await open();
    // In several commits, so that the index of signals has been through several rounds.
    for (let count = 0; count < ENTRIES; count += 20) await appendSignals(journal, 20);
    await journal.saveSnapshot({ version: 1, seq: seqOf(10), state: Buffer.from('older') });
    await journal.saveSnapshot({ version: 1, seq: seqOf(20), state: Buffer.from('newer') });
    await closeAll();
    assert.equal(existsSync(`${path}-wal`), false);
    whole = readFileSync(path);
    await remove();
  });
  beforeEach(async () => {
    ({ path, remove } = await temporaryJournal());
    await mkdir(dirname(path));
    writeFileSync(path, whole);
  });
  afterEach(async () => {
    await closeAll();
    await remove();
  });

  const edits: Record<string, { sql: string; seq: number }> = {
    'whose first entry is gone': { sql: 'DELETE FROM entry WHERE seq = 1', seq: 1 },
    'with an entry gone from the middle': { sql: 'DELETE FROM entry WHERE seq = 101', seq: 101 },
    'whose last entries are gone': { sql: `DELETE FROM entry WHERE seq > ${HEAD - 6}`, seq: HEAD - 5 },
    'without any entry': { sql: 'DELETE FROM entry', seq: 1 },
    'with two bodies swapped': {
      sql: `UPDATE entry SET body = (SELECT body FROM entry AS other WHERE other.seq = 222 - entry.seq)
        WHERE seq IN (101, 121)`,
      seq: 101,
    },
    'with two entries swapped': {
      sql: `UPDATE entry SET seq = -seq WHERE seq IN (101, 121); UPDATE entry SET seq = 222 + seq WHERE seq < 0`,
      seq: 101,
    },
    'with an entry renumbered': { sql: 'UPDATE entry SET seq = 102 WHERE seq = 101', seq: 101 },
    'with an entry added': {
      sql: `INSERT INTO entry SELECT ${HEAD + 1}, count, hash, opens, body FROM entry WHERE seq = 1`,
      seq: HEAD + 1,
    },
    'with a count changed': { sql: 'UPDATE entry SET count = 3 WHERE seq = 101', seq: 101 },
    'with a key changed': { sql: "UPDATE entry SET opens = 'aaaa' WHERE seq = 101", seq: 101 },
    'with a key removed': { sql: 'UPDATE entry SET opens = NULL WHERE seq = 101', seq: 101 },
    'with a hash changed': {
      sql: "UPDATE entry SET hash = replace(hash, 'a', 'b') WHERE seq = 101",
      seq: 101,
    },
    'with a body cut off': { sql: "UPDATE entry SET body = '' WHERE seq = 101", seq: 101 },
    'with a body forged, and its own hash with it': {
      sql: `UPDATE entry SET hash = (SELECT hash FROM entry WHERE seq = 99),
        body = (SELECT body FROM entry WHERE seq = 99) WHERE seq = 101`,
      seq: 101,
    },
    'whose snapshot is ahead of it': {
      sql: `INSERT INTO snapshot VALUES (${HEAD + 1}, 1, '', x'00')`,
      seq: HEAD + 1,
    },
  };
  for (const [what, { sql, seq }] of Object.entries(edits)) {
    it(`${what} is refused at fact ${seq}`, async () => {
      edit(sql);
      await assert.rejects(open(), fails('corrupt', seq));
    });
  }

  const indexEdits = {
    'misses a signal': 'DELETE FROM signal WHERE seq = 11',
    'names another entry': 'UPDATE signal SET seq = 13 WHERE seq = 11',
    'knows a signal that was never received': "INSERT INTO signal VALUES ('aaaa', 11)",
    'claims to reach further than it does': `UPDATE indexed SET through = ${HEAD - 1}`,
  };
  for (const [what, sql] of Object.entries(indexEdits)) {
    it(`whose index of signals ${what} is refused`, async () => {
      edit(sql);
      await assert.rejects(open(), fails('corrupt'));
    });
  }

  it('with one bit flipped in a body is refused at that fact', async () => {
    patch((bytes) => flip(bytes, bytes.indexOf('"signal-101"') + 3));
    await assert.rejects(open(), fails('corrupt', 101));
  });

  it('with any bit flipped is refused, or is all there', async () => {
    const expected = Array.from({ length: ENTRIES }, (_, index) => signalEntry(1 + 2 * index));
    const place = fc.record({ at: fc.nat(whole.length - 1), mask: fc.nat(7).map((bit) => 1 << bit) });
    const found = { refused: 0, harmless: 0 };
    const property = fc.property(place, ({ at, mask }) => {
      for (const file of [`${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
      const bytes = Buffer.from(whole);
      flip(bytes, at, mask);
      writeFileSync(path, bytes);
      let queries: Queries;
      try {
        verifyFile(path);
        queries = new Queries(path);
      } catch {
        found.refused += 1;
        return;
      }
      found.harmless += 1;
      assert.deepEqual(queries.page(seqOf(1), ENTRIES + 1), expected);
      for (const { seq } of expected) assert.ok([seq, undefined].includes(queries.signal(keyOf(seq))));
      assert.ok(['newer', 'older', ''].includes(Buffer.from(queries.snapshot()?.state ?? []).toString()));
      queries.close();
    });
    fc.assert(property, { numRuns: 150 });
    assert.ok(found.refused > 0 && found.harmless > 0, JSON.stringify(found));
  });

  it('cut short is refused at the first fact that is gone', async () => {
    truncateSync(path, Math.floor((whole.length / PAGE_BYTES) * 0.8) * PAGE_BYTES);
    const rest = readFileSync(path);
    await assert.rejects(open(), (error: { seq?: number }) => {
      assert.ok(fails('corrupt')(error), String(error));
      const { seq = 0 } = error;
      assert.ok(!rest.includes(`"signal-${seq}"`), `fact ${seq} is there`);
      assert.ok(rest.includes(`"signal-${seq - 2}"`), `fact ${seq - 2} is gone too`);
      return true;
    });
  });

  it('cut off to nothing is refused', async () => {
    truncateSync(path, 0);
    await assert.rejects(open(), fails('corrupt'));
  });

  it('that is gone is not begun anew while its write-ahead log is there', async () => {
    const journal = await open();
    await journal.append(signalEntry(HEAD + 1));
    rmSync(path);
    await assert.rejects(open(), /is gone/);
    assert.equal(existsSync(path), false);
  });

  it('with a snapshot that is not whole loads the one before it', async () => {
    edit("UPDATE snapshot SET state = x'6e65' WHERE seq = 20");
    const journal = await open();
    assert.equal((await journal.loadSnapshot())?.seq, 10);
    edit('UPDATE snapshot SET version = 9 WHERE seq = 10');
    assert.equal(await journal.loadSnapshot(), undefined);
    assert.equal((await readAll(journal)).length, ENTRIES);
  });

  const strangers: Record<string, { make: () => void; fault: JournalFault }> = {
    'that is no database is refused': {
      make: () => writeFileSync(path, 'x'.repeat(50_000)),
      fault: 'corrupt',
    },
    'that is another database is refused': {
      make: () => {
        rmSync(path);
        edit('CREATE TABLE entry (seq INTEGER)');
      },
      fault: 'corrupt',
    },
    'of a newer schema is refused as too new': {
      make: () => edit('PRAGMA user_version = 2'),
      fault: 'too_new',
    },
    'that lost a table is refused': { make: () => edit('DROP TABLE indexed'), fault: 'corrupt' },
  };
  for (const [what, { make, fault }] of Object.entries(strangers)) {
    it(what, async () => {
      make();
      await assert.rejects(open(), fails(fault));
    });
  }

  it('that cannot be opened at all is unavailable', async () => {
    rmSync(path);
    await mkdir(path);
    await assert.rejects(open(), fails('unavailable'));
    path = `${dirname(path)}/journal.sqlite/not/a/directory`;
    writeFileSync(`${dirname(dirname(dirname(path)))}/not`, '');
    await assert.rejects(open(), fails('unavailable'));
  });
});
