/**
 * Opening the store's directory: one DuckDB instance on the catalog file, whose lock keeps a second observatory out. A
 * catalog of another version, or one that cannot be read, is set aside with all its segments.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { STORE_VERSION } from './schema.ts';

const settings = {
  memory_limit: '512MB',
  threads: '2',
  checkpoint_threshold: '64MB',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};

class StoreInUseError extends Error {
  override readonly name = 'StoreInUseError';
}

export interface Catalog {
  instance: DuckDBInstance;
  /** Where the previous store went, when it was not of this version. */
  setAside: string | undefined;
}

export async function openCatalog(directory: string, nowMs: number): Promise<Catalog> {
  const instance = await openAt(directory);
  if (instance !== undefined) return { instance, setAside: undefined };
  const setAside = setDirectoryAside(directory, nowMs);
  const anew = await openAt(directory);
  if (anew === undefined) throw new Error(`a new store in ${directory} could not be opened`);
  return { instance: anew, setAside };
}

async function openAt(directory: string): Promise<DuckDBInstance | undefined> {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'catalog.duckdb');
  const isNew = statSync(path, { throwIfNoEntry: false }) === undefined;
  // Segments without their catalog are of no known version.
  if (isNew && readdirSync(directory).length > 0) return undefined;
  let instance: DuckDBInstance;
  try {
    instance = await DuckDBInstance.create(path, settings);
  } catch (error) {
    if (isLockConflict(error)) {
      throw new StoreInUseError(`the store in ${directory} is in use by another process`, { cause: error });
    }
    return undefined;
  }
  const connection = await instance.connect();
  try {
    if (isNew) {
      await connection.run(`CREATE TABLE store AS SELECT ${STORE_VERSION} AS version`);
      await connection.run('CHECKPOINT');
    }
    const found = await connection.runAndReadAll('SELECT version FROM store');
    if (found.getRows()[0]?.[0] === STORE_VERSION) return instance;
  } catch {
    // No version can be read: not a store of ours.
  } finally {
    connection.closeSync();
  }
  instance.closeSync();
  return undefined;
}

function isLockConflict(error: unknown): boolean {
  return (
    error instanceof Error && /could not set lock|already open|file handle conflict/i.test(error.message)
  );
}

/** Keeps one old store: a second one set aside takes the place of the first, so that disks do not fill up. */
function setDirectoryAside(directory: string, nowMs: number): string {
  const parent = dirname(directory);
  const prefix = `${basename(directory)}.set-aside-`;
  for (const entry of readdirSync(parent)) {
    if (entry.startsWith(prefix)) rmSync(join(parent, entry), { recursive: true, force: true });
  }
  const target = join(parent, `${prefix}${new Date(nowMs).toISOString().replaceAll(':', '')}`);
  renameSync(directory, target);
  return target;
}
