/**
 * The bounded queue in front of the store and the group commit behind it. Requests that arrive while one transaction
 * runs share the next, and each is answered only when its rows are durable.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { RowSink, StoreOutcome } from '../otlp/receiver.ts';
import type { Rows } from '../otlp/rows.ts';
import { columnsSql, logsTable, pointsTable, profilesTable, spansTable, type Table } from './schema.ts';
import type { Segments } from './segments.ts';

/** How many rows of each table. */
export type Stored = Record<keyof Rows, number>;

export interface WriterLimits {
  queueRowsMax: number;
  queueBytesMax: number;
  /** How long a request may wait for others to share its transaction. */
  lingerMs: number;
}

interface Waiting {
  rows: Rows;
  rowCount: number;
  bytes: number;
  settle(outcome: StoreOutcome): void;
}

/** DuckDB's own vector size: a larger chunk is refused, a smaller one wastes the call. */
const CHUNK_ROWS = 2048;
/** One transaction holds at most this many rows, so that live data waits for it only briefly. */
const TRANSACTION_ROWS_MAX = 50_000;

export class Writer implements RowSink {
  readonly #connection: DuckDBConnection;
  readonly #segments: Segments;
  readonly #limits: WriterLimits;
  readonly #nowMs: () => number;
  readonly #onStored: (stored: Stored) => void;
  #waiting: Waiting[] = [];
  readonly #chores: (() => Promise<void>)[] = [];
  #heldRows = 0;
  #heldBytes = 0;
  #running: Promise<void> | undefined;
  #closed = false;
  readonly counts = { stored: 0, duplicates: 0, refusedFull: 0, failed: 0, lastFailure: '' };

  private constructor(
    connection: DuckDBConnection,
    segments: Segments,
    limits: WriterLimits,
    nowMs: () => number,
    onStored: (stored: Stored) => void,
  ) {
    this.#connection = connection;
    this.#segments = segments;
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#onStored = onStored;
  }

  static async open(
    connection: DuckDBConnection,
    segments: Segments,
    limits: WriterLimits,
    nowMs: () => number,
    onStored: (stored: Stored) => void,
  ): Promise<Writer> {
    for (const table of [spansTable, logsTable, pointsTable, profilesTable]) {
      await connection.run(`CREATE TEMP TABLE stage_${table.name} (${columnsSql(table as Table<never>)})`);
    }
    return new Writer(connection, segments, limits, nowMs, onStored);
  }

  get heldRows(): number {
    return this.#heldRows;
  }

  write(rows: Rows, payloadBytes: number): Promise<StoreOutcome> {
    const rowCount = rows.spans.length + rows.logs.length + rows.points.length + rows.profiles.length;
    if (this.#closed) return Promise.resolve('unavailable');
    if (rowCount === 0) return Promise.resolve('stored');
    // One request alone is always taken, whatever its size: the receivers bound it, and it could never fit else.
    const full =
      this.#heldRows > 0 &&
      (this.#heldRows + rowCount > this.#limits.queueRowsMax ||
        this.#heldBytes + payloadBytes > this.#limits.queueBytesMax);
    if (full) {
      this.counts.refusedFull += rowCount;
      return Promise.resolve('full');
    }
    this.#heldRows += rowCount;
    this.#heldBytes += payloadBytes;
    return new Promise((settle) => {
      this.#waiting.push({ rows, rowCount, bytes: payloadBytes, settle });
      this.#running ??= this.#run();
    });
  }

  /** Stores what waits and takes nothing more. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running !== undefined) await this.#running;
  }

  /** Runs `chore` between two transactions: the connection serves one thing at a time. Its failure is counted. */
  between(chore: () => Promise<void>): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((done) => {
      this.#chores.push(() => this.#attempt(chore).then(done));
      this.#running ??= this.#run();
    });
  }

  async #attempt(chore: () => Promise<void>): Promise<void> {
    try {
      await chore();
    } catch (error) {
      this.counts.lastFailure = messageOf(error);
      await this.#revive(error);
    }
  }

  async #run(): Promise<void> {
    if (this.#chores.length === 0) await new Promise((resume) => setTimeout(resume, this.#limits.lingerMs));
    while (this.#waiting.length > 0 || this.#chores.length > 0) {
      const chore = this.#chores.shift();
      if (chore !== undefined) await chore();
      else await this.#storeNext();
    }
    this.#running = undefined;
  }

  async #storeNext(): Promise<void> {
    const group = this.#nextGroup();
    const outcome = await this.#store(group);
    for (const request of group) {
      this.#heldRows -= request.rowCount;
      this.#heldBytes -= request.bytes;
      request.settle(outcome);
    }
  }

  #nextGroup(): Waiting[] {
    let rows = 0;
    let length = 0;
    for (const request of this.#waiting) {
      if (length > 0 && rows + request.rowCount > TRANSACTION_ROWS_MAX) break;
      rows += request.rowCount;
      length++;
    }
    return this.#waiting.splice(0, length);
  }

  async #store(group: readonly Waiting[]): Promise<StoreOutcome> {
    const connection = this.#connection;
    try {
      const segment = await this.#segments.current(this.#nowMs());
      const stored: Stored = { spans: 0, logs: 0, points: 0, profiles: 0 };
      await connection.run('BEGIN');
      for (const { rows } of group) {
        await this.#stage(spansTable, rows.spans);
        await this.#stage(logsTable, rows.logs);
        await this.#stage(pointsTable, rows.points);
        await this.#stage(profilesTable, rows.profiles);
      }
      stored.spans = await this.#moveFromStage(spansTable, segment.name);
      stored.logs = await this.#moveFromStage(logsTable, segment.name);
      stored.points = await this.#moveFromStage(pointsTable, segment.name);
      stored.profiles = await this.#moveFromStage(profilesTable, segment.name);
      await connection.run('COMMIT');
      const offered = group.reduce((sum, request) => sum + request.rowCount, 0);
      const kept = stored.spans + stored.logs + stored.points + stored.profiles;
      this.counts.stored += kept;
      this.counts.duplicates += offered - kept;
      this.counts.lastFailure = '';
      if (kept > 0) this.#onStored(stored);
      return 'stored';
    } catch (error) {
      this.counts.failed += group.reduce((sum, request) => sum + request.rowCount, 0);
      this.counts.lastFailure = messageOf(error);
      await connection.run('ROLLBACK').catch(() => {
        // The failure may have ended the transaction itself; then there is nothing to roll back.
      });
      await this.#revive(error);
      return /^(IO Error|Out of Memory Error|TransactionContext Error)/.test(this.counts.lastFailure)
        ? 'unavailable'
        : 'refused';
    }
  }

  async #revive(error: unknown): Promise<void> {
    try {
      await this.#segments.revive(error);
    } catch (second) {
      this.counts.lastFailure = messageOf(second);
    }
  }

  async #stage<Row>(table: Table<Row>, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const appender = await this.#connection.createAppender(`stage_${table.name}`, 'main', 'temp');
    const types = table.columns.map((column) => column.type);
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      const slice = rows.slice(start, start + CHUNK_ROWS);
      const chunk = DuckDBDataChunk.create(types);
      chunk.setColumns(table.columns.map((column) => slice.map((row) => column.of(row))));
      appender.appendDataChunk(chunk);
      // Filling a chunk is synchronous; other requests get their turn between two of them.
      if (start + CHUNK_ROWS < rows.length) await nextTurn();
    }
    appender.flushSync();
    appender.closeSync();
  }

  /**
   * Re-sent records are left out here rather than at each query, so that every count, percentile and page is
   * right without thinking of it. The time range makes it cheap: rows are stored nearly in order of time, so
   * DuckDB's zone maps skip all but the few row groups that can hold a copy.
   */
  async #moveFromStage<Row>(table: Table<Row>, segment: string): Promise<number> {
    const stage = `temp.main.stage_${table.name}`;
    const connection = this.#connection;
    const range = await connection.runAndReadAll(`SELECT min(time_ns), max(time_ns) FROM ${stage}`);
    const [from, to] = range.getRows()[0] ?? [];
    if (typeof from !== 'bigint' || typeof to !== 'bigint') return 0;
    const inserted = await connection.run(
      `INSERT INTO ${segment}.${table.name}
       SELECT DISTINCT ON (time_ns, identity) *
       FROM (SELECT *, ${table.identity} AS identity FROM ${stage}) AS staged
       WHERE NOT EXISTS (
         SELECT 1 FROM ${this.#segments.relation(table.name)} AS kept
         WHERE kept.time_ns BETWEEN ${from} AND ${to}
           AND kept.time_ns = staged.time_ns AND kept.identity = staged.identity)
       ORDER BY time_ns`,
      [],
    );
    await connection.run(`DELETE FROM ${stage}`);
    return inserted.rowsChanged;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
