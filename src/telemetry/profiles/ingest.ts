/**
 * A profile as a request of Pyroscope's ingest protocol: the application with its labels and the times in the query,
 * gzipped pprof as the body.
 * https://grafana.com/docs/pyroscope/latest/reference-server-api/#ingestion
 */

import { gzipSync } from 'node:zlib';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { ATTR_PROCESS_PID } from '@opentelemetry/semantic-conventions/incubating';
import { MICROS_PER_MS, type Micros } from '#core/ids.ts';
import type { Resource } from '../resource.ts';
import type { TakenProfile } from './profiler.ts';

export interface IngestRequest {
  readonly query: string;
  readonly body: Uint8Array;
  /** Of the body. */
  readonly length: number;
}

const SAMPLES_PER_SECOND = 100;
const MICROS_PER_SECOND = MICROS_PER_MS * 1000;

/** Compresses in the calling thread: that of telemetry has nothing else that hurries. */
export function ingestRequest({ from, until, pprof }: TakenProfile, resource: Resource): IngestRequest {
  const body = gzipSync(pprof);
  const query = new URLSearchParams({
    name: applicationOf(resource),
    format: 'pprof',
    spyName: 'nodespy',
    sampleRate: String(SAMPLES_PER_SECOND),
    from: String(secondsOf(from)),
    until: String(Math.max(secondsOf(until), secondsOf(from) + 1)),
  });
  return { query: query.toString(), body, length: body.length };
}

const secondsOf = (at: Micros): number => Math.floor(at / MICROS_PER_SECOND);

/** What each start has anew would make each start a series of its own. */
const PID = 'process.pid' satisfies typeof ATTR_PROCESS_PID;

/** name{label=value,...}; Pyroscope makes service_name of the name. */
function applicationOf(resource: Resource): string {
  const { [ATTR_SERVICE_NAME]: service = 'unknown_service', [PID]: _, ...others } = resource;
  const labels = Object.entries(others)
    .map(([name, value]) => `${labelName(name)}=${labelValue(String(value))}`)
    .sort();
  return `${String(service).replaceAll(/[^\w./-]/g, '_')}{${labels.join(',')}}`;
}

const labelName = (name: string): string => name.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_');

/** The form has no way to quote. */
const labelValue = (value: string): string => value.trim().replaceAll(/[{},=\s]/g, '_');
