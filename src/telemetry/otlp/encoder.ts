/**
 * From what the projection says to the bytes of OTLP requests. Everything that leaves the process goes through here,
 * and so through the attribute allow-list.
 */

import { PbfWriter } from 'pbf';
import type { Micros } from '#core/ids.ts';
import type { MetricReading } from '../metrics.ts';
import type { LogData, SpanData } from '../projected.ts';
import type { Resource } from '../resource.ts';
import { writeLog } from './logs.ts';
import { writeMetric } from './metrics.ts';
import { writeSpan } from './spans.ts';
import { beginMessage, endMessage, writePairs, writeText } from './wire.ts';

const SCOPE = 'petrosa-tradeengine';
/** What most requests fit in, so that they are seldom moved while they grow. */
const REQUEST_BYTES = 256 * 1024;

export class Encoder {
  readonly #resource: Uint8Array;
  readonly #scope: Uint8Array;

  constructor(resource: Resource) {
    this.#resource = message((pbf) => writePairs(pbf, 1, resource));
    this.#scope = message((pbf) => writeText(pbf, 1, SCOPE));
  }

  spans(spans: readonly SpanData[]): Uint8Array {
    return this.#request(spans, writeSpan);
  }

  logs(logs: readonly LogData[]): Uint8Array {
    return this.#request(logs, writeLog);
  }

  metrics(readings: readonly MetricReading[], at: Micros): Uint8Array {
    return this.#request(readings, (pbf, field, reading) => writeMetric(pbf, field, reading, at));
  }

  /** All three requests nest alike: resource (1: resource, 2: scope (1: scope, 2: items)). */
  #request<T>(items: readonly T[], write: (pbf: PbfWriter, field: number, item: T) => void): Uint8Array {
    const pbf = new PbfWriter(new Uint8Array(REQUEST_BYTES));
    const ofResource = beginMessage(pbf, 1);
    writeEncoded(pbf, 1, this.#resource);
    const ofScope = beginMessage(pbf, 2);
    writeEncoded(pbf, 1, this.#scope);
    for (const item of items) write(pbf, 2, item);
    endMessage(pbf, ofScope);
    endMessage(pbf, ofResource);
    return pbf.finish();
  }
}

function message(write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  write(pbf);
  return pbf.finish();
}

function writeEncoded(pbf: PbfWriter, field: number, bytes: Uint8Array): void {
  const start = beginMessage(pbf, field);
  pbf.realloc(bytes.length);
  pbf.buf.set(bytes, pbf.pos);
  pbf.pos += bytes.length;
  endMessage(pbf, start);
}
