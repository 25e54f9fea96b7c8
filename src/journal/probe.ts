/** Whether a journal could be written now, told without writing anything. */

import { DatabaseSync } from 'node:sqlite';

/** Longer than a commit takes. */
const LOCK_WAIT_MS = 1_000;

/** Why not, or undefined. */
export function obstacleToWriting(path: string): string | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    database?.close();
  }
}
