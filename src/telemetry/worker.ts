/**
 * The thread that tells the facts. It shares nothing with trading but the journal's file, which it only reads, and
 * the processor, of which it takes what is left over.
 */

import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openJournalReader } from '#journal/reader.ts';
import { repeatedly, sleepUntilWoken, systemMicros, systemMs } from './clock.ts';
import { FileCursor } from './cursor.ts';
import { exporterFor } from './export/exporter-for.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { Encoder } from './otlp/encoder.ts';
import type { Chunk } from './outbox.ts';
import type { TelemetryProblem } from './problem.ts';
import { PyroscopeExporter } from './profiles/exporter.ts';
import { ProfileQueue } from './profiles/queue.ts';
import type { LogData } from './projected.ts';
import { prometheusText } from './prometheus.ts';
import { Pump } from './pump.ts';
import { Sender } from './sender.ts';
import { readTelemetrySettings } from './settings.ts';

const PRIORITY_LOWEST = 19;
const STATUS_INTERVAL_MS = 250;

const port = parentPort;
if (port === null) throw new Error('the telemetry worker is not a program of its own');
const say = (message: FromWorker): void => port.postMessage(message);

// On Linux a priority belongs to a thread, elsewhere to the whole process.
if (process.platform === 'linux') setPriority(PRIORITY_LOWEST);

const start = workerData as WorkerStart;
const read = readTelemetrySettings(start.env, start);
if (read.kind !== 'on') throw new Error(`the telemetry worker was started with export ${read.kind}`);
const { endpoints, resource, metricIntervalMs, profiles } = read.settings;
const parts = {
  now: systemMicros,
  sleep: sleepUntilWoken,
  report: (problem: TelemetryProblem): void => say({ type: 'problem', problem }),
};

const pump = new Pump({
  source: openJournalReader(start.journalPath),
  cursor: new FileCursor(start.cursorPath),
  encoder: new Encoder(resource),
  version: start.version,
  metricIntervalMs,
  ...parts,
  sender: (signal, metrics) => {
    const endpoint = endpoints[signal];
    return new Sender({
      signal,
      exporter: endpoint === undefined ? undefined : exporterFor(signal, endpoint, systemMs),
      metrics,
      ...parts,
    });
  },
});

const profileSender = new Sender({
  signal: 'profiles',
  exporter: profiles === undefined ? undefined : new PyroscopeExporter(profiles),
  metrics: pump.metrics,
  ...parts,
});
const profileQueue = new ProfileQueue(profileSender, pump.metrics, resource);

const sayStatus = (): void => {
  const { signals, ...facts } = pump.status;
  const status = { ...facts, signals: { ...signals, profiles: profileQueue.status } };
  say({ type: 'status', at: systemMicros(), status });
};
const stopSaying = repeatedly(STATUS_INTERVAL_MS, sayStatus);

async function takeLogs(logs: Chunk<LogData>): Promise<void> {
  await pump.deliverLogs(logs);
  say({ type: 'logs_done' });
}

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'logs':
      void takeLogs(message.logs);
      return;
    case 'records':
      pump.record(message.records);
      say({ type: 'records_done' });
      return;
    case 'profiles':
      profileQueue.offer(message.profiles);
      say({ type: 'profiles_done' });
      return;
    case 'read_metrics':
      say({ type: 'metrics', text: prometheusText(pump.readings()) });
      return;
    case 'stop':
      pump.record(message.records);
      profileQueue.offer(message.profiles);
      void takeLogs(message.logs);
      pump.stop();
      return;
    default:
      message satisfies never;
  }
});

sayStatus();
await pump.run();
await profileQueue.stop();
stopSaying();
sayStatus();
pump.close();
port.close();
