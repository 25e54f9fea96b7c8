/**
 * Queries over all segments: a bounded number at a time, each with a deadline, each on a connection of its own so that
 * none waits for the writer.
 */
import type { DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import type { z } from 'zod';
import type { TableName } from './schema.ts';
import type { Segments } from './segments.ts';

export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly code: 'busy' | 'query_timeout';

  constructor(code: 'busy' | 'query_timeout', message: string) {
    super(message);
    this.code = code;
  }
}

const CONCURRENT_QUERIES_MAX = 8;
const QUERY_DEADLINE_MS = 10_000;

export type From = (table: TableName) => string;

export class Reader {
  readonly #instance: DuckDBInstance;
  readonly #segments: Segments;
  #running = 0;

  constructor(instance: DuckDBInstance, segments: Segments) {
    this.#instance = instance;
    this.#segments = segments;
  }

  /** `sql` gets a function that names the relation over all segments of a table. */
  async rows<Row>(
    schema: z.ZodType<Row>,
    sql: (from: From) => string,
    values: Record<string, DuckDBValue>,
  ): Promise<Row[]> {
    if (this.#running >= CONCURRENT_QUERIES_MAX) {
      throw new QueryError('busy', `${CONCURRENT_QUERIES_MAX} queries are running; try again`);
    }
    this.#running++;
    try {
      return await this.#run(schema, sql, values);
    } catch (error) {
      // A segment may be dropped between naming and binding; with the segments of now it works.
      if (error instanceof Error && error.message.startsWith('Catalog Error')) {
        return await this.#run(schema, sql, values);
      }
      throw error;
    } finally {
      this.#running--;
    }
  }

  async #run<Row>(
    schema: z.ZodType<Row>,
    sql: (from: From) => string,
    values: Record<string, DuckDBValue>,
  ): Promise<Row[]> {
    if (this.#segments.list.length === 0) return [];
    const connection = await this.#instance.connect();
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      connection.interrupt();
    }, QUERY_DEADLINE_MS);
    try {
      const text = sql((table) => this.#segments.relation(table));
      const result = await connection.runAndReadAll(text, values);
      return result.getRowObjects().map((row) => schema.parse(row));
    } catch (error) {
      if (late) throw new QueryError('query_timeout', `the query took longer than ${QUERY_DEADLINE_MS} ms`);
      throw error;
    } finally {
      clearTimeout(deadline);
      connection.closeSync();
    }
  }
}
