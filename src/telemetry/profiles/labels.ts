/**
 * The labels of a sample, derived from the stage that its thread was in. Only samples that were taken pay for the
 * hashes. Pyroscope keeps span_id and trace_id with the samples and makes series of the others, which is why those
 * have few values.
 */

import type { EngineStage } from '#engine/stage.ts';
import type { SpanName } from '../catalogue.ts';
import { decideSpanId, submitSpanId } from '../identity.ts';

/** A type and not an interface, so that it is a set of labels to the profiler. */
export type SampleLabels = {
  readonly span_id: string;
  readonly span_name: SpanName;
  readonly trace_id: string;
  readonly stage: EngineStage['name'];
};

/** An order's answer and its reports are told of the span of its submission. */
export function labelsOf(stage: EngineStage): SampleLabels {
  const { name, trace } = stage;
  return name === 'decide'
    ? { span_id: decideSpanId(trace, stage.signal), span_name: 'signal decide', trace_id: trace, stage: name }
    : {
        span_id: submitSpanId(trace, stage.clientOrderId),
        span_name: 'order submit',
        trace_id: trace,
        stage: name,
      };
}
