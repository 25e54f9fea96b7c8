/**
 * The request of push.v1.PusherService/Push, which Alloy's pyroscope.write speaks: series of labels with profiles.
 * https://github.com/grafana/pyroscope/blob/main/api/push/v1/push.proto
 */
import { PbfReader } from 'pbf';
import { readBytes, readEnd, readFields, readText } from '../otlp/wire.ts';
import type { ProfileSource } from './row.ts';

interface PushedProfile {
  source: ProfileSource;
  bytes: Uint8Array;
}

/** @throws what pbf throws, or WireError, for anything that is not a PushRequest */
export function readPush(payload: Uint8Array, nowNs: bigint): PushedProfile[] {
  const pushed: PushedProfile[] = [];
  const pbf = new PbfReader(payload);
  readFields(pbf, pbf.length, (field) => {
    if (field === 1) pushed.push(...readSeries(pbf, nowNs));
  });
  return pushed;
}

function readSeries(pbf: PbfReader, nowNs: bigint): PushedProfile[] {
  const labels: Record<string, string> = Object.create(null);
  const profiles: Uint8Array[] = [];
  readFields(pbf, readEnd(pbf), (field) => {
    if (field === 1) {
      const [name, value] = readPair(pbf);
      labels[name] = value;
    } else if (field === 2) {
      readFields(pbf, readEnd(pbf), (inner) => {
        if (inner === 1) profiles.push(readBytes(pbf));
      });
    }
  });
  const { service_name: service = 'unknown_service', ...others } = labels;
  return profiles.map((bytes) => ({ source: { service, labels: others, fromNs: nowNs }, bytes }));
}

function readPair(pbf: PbfReader): [string, string] {
  const pair: [string, string] = ['', ''];
  readFields(pbf, readEnd(pbf), (field) => {
    if (field === 1) pair[0] = readText(pbf);
    else if (field === 2) pair[1] = readText(pbf);
  });
  return pair;
}
