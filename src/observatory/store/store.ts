/**
 * The embedded store: opens the directory, writes through the queue, reads over all segments, and keeps age and size
 * within their limits.
 */
import type { RowSink } from '../otlp/receiver.ts';
import { openCatalog } from './catalog.ts';
import { Reader } from './reader.ts';
import { type SegmentLimits, Segments } from './segments.ts';
import { type Stored, Writer, type WriterLimits } from './writer.ts';

interface StoreOptions {
  directory: string;
  nowMs(): number;
  limits?: Partial<StoreLimits>;
}

export interface StoreLimits extends SegmentLimits, WriterLimits {
  maintenanceIntervalMs: number;
}

const defaultLimits: StoreLimits = {
  ageMsMax: 24 * 3_600_000,
  sizeBytesMax: 2 * 1024 ** 3,
  segmentBytesMax: 256 * 1024 ** 2,
  queueRowsMax: 100_000,
  queueBytesMax: 64 * 1024 ** 2,
  lingerMs: 20,
  maintenanceIntervalMs: 5_000,
};

const QUIET_MS = 1_000;

export interface StoreUsage {
  bytes: number;
  segments: number;
  oldest: string | null;
  queuedRows: number;
  storedRows: number;
  duplicateRows: number;
  refusedRows: number;
  failedRows: number;
  lastFailure: string | null;
}

export interface Store {
  sink: RowSink;
  reader: Reader;
  /** Where the store of an earlier version went at this start. */
  setAside: string | undefined;
  onStored(listener: (stored: Stored) => void): () => void;
  usage(): StoreUsage;
  /** Age and size, and a checkpoint when nothing is being written. Also runs by itself. */
  maintain(): Promise<void>;
  close(): Promise<void>;
}

export async function openStore(options: StoreOptions): Promise<Store> {
  const limits = { ...defaultLimits, ...options.limits };
  const { instance, setAside } = await openCatalog(options.directory, options.nowMs());
  const connection = await instance.connect();
  const segments = new Segments(connection, options.directory, limits);
  await segments.attachExisting();
  await segments.retain(options.nowMs());

  const listeners = new Set<(stored: Stored) => void>();
  const writer = await Writer.open(connection, segments, limits, options.nowMs, (stored) => {
    for (const listener of listeners) listener(stored);
  });

  let storedAtCheckpoint = 0;
  let storedAtMs = 0;
  listeners.add(() => {
    storedAtMs = options.nowMs();
  });
  const maintain = () =>
    writer.between(async () => {
      const { stored } = writer.counts;
      // While rows stream in, DuckDB's own threshold decides; a checkpoint of ours waits for a quiet moment.
      const quiet = options.nowMs() - storedAtMs >= QUIET_MS;
      if (quiet && stored !== storedAtCheckpoint) {
        await segments.checkpoint();
        storedAtCheckpoint = stored;
      }
      await segments.retain(options.nowMs());
    });
  const timer = setInterval(maintain, limits.maintenanceIntervalMs);
  timer.unref();

  return {
    sink: writer,
    reader: new Reader(instance, segments),
    setAside,
    onStored: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    usage: () => ({
      bytes: segments.sizeBytes(),
      segments: segments.list.length,
      oldest: segments.list[0] === undefined ? null : new Date(segments.list[0].hourMs).toISOString(),
      queuedRows: writer.heldRows,
      storedRows: writer.counts.stored,
      duplicateRows: writer.counts.duplicates,
      refusedRows: writer.counts.refusedFull,
      failedRows: writer.counts.failed,
      lastFailure: writer.counts.lastFailure === '' ? null : writer.counts.lastFailure,
    }),
    maintain,
    close: async () => {
      clearInterval(timer);
      await writer.close();
      // On a full disk it fails; the rows are safe in the write-ahead log, which the next start reads.
      await segments.checkpoint().catch(() => undefined);
      connection.closeSync();
      instance.closeSync();
    },
  };
}
