/** Spans and log records to the bytes of OTLP, by our encoder and by the SDK's, in turns. */

import { Encoder } from '#telemetry/otlp/encoder.ts';
import { project } from '#telemetry/projection.ts';
import { SdkEncoder } from '#test/support/sdk-encoder.ts';
import { journalOf } from '#test/support/telemetry-facts.ts';
import { atLeast, type Figures, percentile, plain } from './figure.ts';

const ROUNDS = 7;
const ROUND_MS = 400;
const AIM_RATIO = 2;
/** About what one delivery holds. */
const STORIES = 37;
const resource = { 'service.name': 'petrosa-tradeengine', 'service.instance.id': 'bench' };

export async function encoding(): Promise<Figures> {
  const told = journalOf(STORIES).map(project);
  const spans = told.flatMap((one) => one.spans);
  const logs = told.flatMap((one) => one.logs);
  const own = new Encoder(resource);
  const sdk = new SdkEncoder(resource);
  return {
    ...compare(
      'spans encoded',
      spans.length,
      () => own.spans(spans),
      () => sdk.spans(spans),
    ),
    ...compare(
      'log records encoded',
      logs.length,
      () => own.logs(logs),
      () => sdk.logs(logs),
    ),
  };
}

function compare(what: string, count: number, own: () => unknown, sdk: () => unknown): Figures {
  const ratios: number[] = [];
  const rates = { own: 0, sdk: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const [byOwn, bySdk] = [perSecond(own, count), perSecond(sdk, count)];
    ratios.push(byOwn / bySdk);
    rates.own += byOwn / ROUNDS;
    rates.sdk += bySdk / ROUNDS;
  }
  const ratio = percentile(
    ratios.toSorted((a, b) => a - b),
    0.5,
  );
  return {
    [what]: plain(rates.own, '1/s'),
    [`${what} by the SDK`]: plain(rates.sdk, '1/s'),
    [`${what} against the SDK`]: atLeast(ratio, AIM_RATIO, 'ratio'),
  };
}

function perSecond(encode: () => unknown, count: number): number {
  const start = performance.now();
  let encoded = 0;
  while (performance.now() - start < ROUND_MS) {
    encode();
    encoded += count;
  }
  return (encoded * 1_000) / (performance.now() - start);
}
