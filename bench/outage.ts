/**
 * What a collector that is away costs in spans: the same stream of facts through our pipeline and through the SDK with
 * its defaults, at the same time, each to a collector of its own that goes away and comes back at the same moments.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteJournal } from '#journal/sqlite.ts';
import { project } from '#telemetry/projection.ts';
import { startTelemetry } from '#telemetry/start.ts';
import { journalOf } from '#test/support/telemetry-facts.ts';
import { type Figures, plain, zero } from './figure.ts';
import { PlainSdk } from './plain-sdk.ts';
import { Sink } from './sink.ts';

const SECONDS = 55;
const AWAY_FROM_SECOND = 15;
const AWAY_UNTIL_SECOND = 35;
/** Stories of one signal, of nine spans each. */
const STORIES_PER_SECOND = 200;
const SLICE_MS = 20;
const STOP_MS_MAX = 15_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function outage(): Promise<Figures> {
  const entries = journalOf(SECONDS * STORIES_PER_SECOND);
  const spans = entries.reduce((count, entry) => count + project(entry).spans.length, 0);
  const directory = await mkdtemp(join(tmpdir(), 'tradeengine-bench-'));
  const sinks = await Promise.all([Sink.start({ count: true }), Sink.start({ count: true })]);
  const [forOurs, forSdk] = sinks;
  const journalPath = join(directory, 'journal.db');
  const journal = await openSqliteJournal({ path: journalPath });
  const ours = await startTelemetry({
    journalPath,
    cursorPath: join(directory, 'telemetry.cursor'),
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: forOurs.url },
    version: 'bench',
    instanceId: 'bench',
    redact: (text) => text,
    destination: { write: () => {} },
  });
  const sdk = new PlainSdk(forSdk.url);
  try {
    const all = async (order: 'away' | 'back' | 'count'): Promise<number[]> =>
      await Promise.all(sinks.map((sink) => sink.tell(order)));
    const perMs = entries.length / (SECONDS * 1_000);
    const start = performance.now();
    const orders: [atSecond: number, order: 'away' | 'back'][] = [
      [AWAY_FROM_SECOND, 'away'],
      [AWAY_UNTIL_SECOND, 'back'],
    ];
    let next = 0;
    while (next < entries.length) {
      const elapsedMs = performance.now() - start;
      if ((orders[0]?.[0] ?? Number.POSITIVE_INFINITY) * 1_000 <= elapsedMs)
        await all(orders.shift()?.[1] ?? 'count');
      const due = Math.min(entries.length, Math.floor(elapsedMs * perMs));
      const slice = entries.slice(next, due);
      next = due;
      await Promise.all(slice.map((entry) => journal.append(entry)));
      for (const entry of slice) sdk.tell(entry);
      await wait(SLICE_MS);
    }
    await Promise.race([Promise.all([ours.stop(STOP_MS_MAX), sdk.stop()]), wait(STOP_MS_MAX)]);
    const [byOurs = 0, bySdk = 0] = await all('count');
    const away = `${AWAY_UNTIL_SECOND - AWAY_FROM_SECOND} s of ${SECONDS} s away`;
    return {
      [`spans lost with the collector ${away}`]: zero(1 - byOurs / spans, 'share'),
      [`spans lost by the SDK with the collector ${away}`]: plain(1 - bySdk / spans, 'share'),
    };
  } finally {
    for (const sink of sinks) sink.stop();
    await journal.close();
    await rm(directory, { recursive: true, force: true });
  }
}
