/**
 * The segment files: each is a DuckDB database attached to the catalog's, named by the hour in which it was begun.
 * Only the newest is written. Deleting rows does not shrink a file, so retention drops whole segments.
 */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createTablesSql, type TableName } from './schema.ts';

interface Segment {
  /** Also the name it is attached under. */
  name: string;
  path: string;
  hourMs: number;
}

const HOUR_MS = 3_600_000;
const segmentPattern = /^(segment_(\d{4})(\d{2})(\d{2})(\d{2})_\d{4})\.duckdb$/;

export interface SegmentLimits {
  ageMsMax: number;
  sizeBytesMax: number;
  /** A busy hour is split, so that the size limit can be kept by dropping a part of it. */
  segmentBytesMax: number;
}

export class Segments {
  readonly #connection: DuckDBConnection;
  readonly #directory: string;
  readonly #limits: SegmentLimits;
  readonly #open: Segment[] = [];

  constructor(connection: DuckDBConnection, directory: string, limits: SegmentLimits) {
    this.#connection = connection;
    this.#directory = directory;
    this.#limits = limits;
  }

  get list(): readonly Segment[] {
    return this.#open;
  }

  /** Attaches what earlier runs left. A file that DuckDB cannot read is set aside, never guessed around. */
  async attachExisting(): Promise<void> {
    for (const file of readdirSync(this.#directory).sort()) {
      const match = segmentPattern.exec(file);
      if (match === null) continue;
      const [, name, year, month, day, hour] = match;
      const path = join(this.#directory, file);
      try {
        await this.#attach({
          name: String(name),
          path,
          hourMs: Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour)),
        });
      } catch (error) {
        if (!isDamage(error)) throw error;
        setFileAside(path);
      }
    }
  }

  /** The segment to write to now. */
  async current(nowMs: number): Promise<Segment> {
    const newest = this.#open.at(-1);
    if (
      newest !== undefined &&
      newest.hourMs === hourOf(nowMs) &&
      sizeOf(newest) < this.#limits.segmentBytesMax
    ) {
      return newest;
    }
    // The clock may have gone back; segments stay in the order in which they were begun.
    const begunMs = Math.max(hourOf(nowMs), newest?.hourMs ?? 0);
    const segment = this.#nameFor(begunMs);
    await this.#attach(segment);
    if (newest !== undefined) await this.#connection.run(`CHECKPOINT ${newest.name}`);
    return segment;
  }

  async checkpoint(): Promise<void> {
    const newest = this.#open.at(-1);
    if (newest !== undefined) await this.#connection.run(`CHECKPOINT ${newest.name}`);
  }

  /** After a failed checkpoint (a full disk) DuckDB serves a database again only once it is attached anew. */
  async revive(error: unknown): Promise<void> {
    const newest = this.#open.at(-1);
    if (newest === undefined || !(error instanceof Error) || !error.message.includes('invalidated')) return;
    this.#open.pop();
    await this.#connection.run(`DETACH ${newest.name}`);
    await this.#attach(newest);
  }

  /** Drops the oldest segments until age and size are within their limits; the newest always stays. */
  async retain(nowMs: number): Promise<string[]> {
    const dropped: string[] = [];
    for (;;) {
      const oldest = this.#open[0];
      if (oldest === undefined || this.#open.length === 1) return dropped;
      const aged = nowMs - (oldest.hourMs + HOUR_MS) >= this.#limits.ageMsMax;
      if (!aged && this.sizeBytes() <= this.#limits.sizeBytesMax) return dropped;
      this.#open.shift();
      // Queries that already run keep the database open until they are done.
      await this.#connection.run(`DETACH ${oldest.name}`);
      rmSync(oldest.path, { force: true });
      rmSync(`${oldest.path}.wal`, { force: true });
      dropped.push(oldest.name);
    }
  }

  sizeBytes(): number {
    return this.#open.reduce((sum, segment) => sum + sizeOf(segment), 0);
  }

  /** One relation over a table of all segments. */
  relation(table: TableName): string {
    return `(${this.#open.map((segment) => `SELECT * FROM ${segment.name}.${table}`).join(' UNION ALL ')})`;
  }

  async #attach(segment: Segment): Promise<void> {
    await this.#connection.run(`ATTACH '${segment.path.replaceAll("'", "''")}' AS ${segment.name}`);
    const found = await this.#connection.runAndReadAll(
      `SELECT count(*) AS tables FROM duckdb_tables() WHERE database_name = '${segment.name}'`,
    );
    if (found.getRows()[0]?.[0] === 0n) await this.#connection.run(createTablesSql(segment.name));
    this.#open.push(segment);
  }

  #nameFor(begunMs: number): Segment {
    const hour = new Date(begunMs).toISOString().replaceAll(/\D/g, '').slice(0, 10);
    const taken = this.#open.filter((segment) => segment.hourMs === begunMs).length;
    const newestOrdinal = Number(this.#open.at(-1)?.name.slice(-4) ?? -1);
    const ordinal = taken === 0 ? 0 : newestOrdinal + 1;
    const name = `segment_${hour}_${String(ordinal).padStart(4, '0')}`;
    return { name, path: join(this.#directory, `${name}.duckdb`), hourMs: begunMs };
  }
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

function sizeOf(segment: Segment): number {
  return fileBytes(segment.path) + fileBytes(`${segment.path}.wal`);
}

function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** A disk that cannot be written or read says nothing about the file on it. */
function isDamage(error: unknown): boolean {
  return !(error instanceof Error && /could not|no space left|permission denied/i.test(error.message));
}

function setFileAside(path: string): void {
  for (const file of [path, `${path}.wal`]) {
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) renameSync(file, `${file}.unreadable`);
  }
}
