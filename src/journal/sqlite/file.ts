/** The file of a journal: how it comes to be, how it is recognised, and what its errors mean. */

import { existsSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite';
import { threadId } from 'node:worker_threads';
import type { Seq } from '#core/ids.ts';
import { JournalError } from '../port.ts';

/** "tejr" in the file's header. */
const APPLICATION_ID = 0x74656a72;
/** Rises when the tables change; a file of a newer version is not opened. */
const SCHEMA_VERSION = 1;
/** Takes half a dozen entries: larger pages make large commits cheaper, smaller ones those of a single entry. */
const PAGE_SIZE_BYTES = 8_192;
/** How long a statement waits for another connection's lock. */
const LOCK_WAIT_MS = 5_000;

// The body comes last, so that the other columns are read without it. What an entry opens, and the index of signals
// up to indexed.through, can be told from the entries: both are there to be found fast.
const SCHEMA = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
  CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    hash TEXT NOT NULL,
    opens TEXT,
    body TEXT NOT NULL
  ) STRICT;
  CREATE TABLE story (signal INTEGER, entry INTEGER, PRIMARY KEY (signal, entry)) STRICT, WITHOUT ROWID;
  CREATE TABLE signal (key TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE indexed (through INTEGER NOT NULL) STRICT;
  INSERT INTO indexed VALUES (0);
  CREATE TABLE snapshot (
    seq INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    hash TEXT NOT NULL,
    state BLOB NOT NULL
  ) STRICT;
`;

/** A file under the journal's name is always a whole one: it is made under another name and linked. */
export function createIfAbsent(path: string): void {
  if (existsSync(path)) return;
  if (existsSync(`${path}-wal`)) {
    throw new JournalError('corrupt', `${path} is gone, but its write-ahead log is still there`);
  }
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.${threadId}.new`;
  rmSync(draft, { force: true });
  try {
    const database = new DatabaseSync(draft);
    database.exec(
      `PRAGMA page_size = ${PAGE_SIZE_BYTES}; BEGIN; ${SCHEMA} COMMIT; PRAGMA journal_mode = WAL;`,
    );
    database.close();
    linkSync(draft, path);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

interface OpenOptions extends DatabaseSyncOptions {
  /** Reads a file that lost its end as far as it goes, instead of not at all. */
  readonly evenIfCutShort?: boolean;
}

/** @throws JournalError if the file is no journal, or one that this version cannot read */
export function openFile(path: string, options: OpenOptions = {}): DatabaseSync {
  const { evenIfCutShort = false, ...rest } = options;
  const database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS, defensive: !evenIfCutShort, ...rest });
  try {
    if (evenIfCutShort) database.exec('PRAGMA writable_schema = ON');
    recognise(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function recognise(database: DatabaseSync, path: string): void {
  const application = database.prepare('PRAGMA application_id').get()?.['application_id'];
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (application !== APPLICATION_ID) throw new JournalError('corrupt', `${path} is not a journal`);
  if (version > SCHEMA_VERSION) {
    const message = `${path} has schema version ${version}, this program reads ${SCHEMA_VERSION}`;
    throw new JournalError('too_new', message);
  }
}

/** SQLITE_ERROR, _CORRUPT, _CONSTRAINT, _NOTADB: the statements are right, so the tables are not. */
const CODES_OF_DAMAGE: readonly number[] = [1, 11, 19, 26];
/** The rest of an extended result code says more about the same. */
const PRIMARY_CODE_MASK = 0xff;

/** What an error of SQLite or the file system means; `seq` is the fact that it stands in the way of. */
export function faultFrom(error: unknown, what: string, seq?: Seq): JournalError {
  if (error instanceof JournalError) return error;
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & PRIMARY_CODE_MASK : 0;
  const fault = CODES_OF_DAMAGE.includes(code) ? 'corrupt' : 'unavailable';
  const message = error instanceof Error ? error.message : String(error);
  return new JournalError(fault, `${what}: ${message}`, {
    cause: error,
    ...(seq === undefined ? {} : { seq }),
  });
}
