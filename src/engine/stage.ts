/**
 * What the engine's thread is doing, and for which story: told at the boundaries of synchronous work to whoever wants
 * to know where its time goes. It says only what is at hand, because it is made for every command.
 */

import type { Command } from '#core/command.ts';
import type { ClientOrderId, Seq, TraceId } from '#core/ids.ts';
import type { EngineState } from '#core/state.ts';

export type EngineStage = SignalStage | OrderStage;

/** A signal is decided and its facts are handed to the journal. */
export interface SignalStage {
  readonly name: 'decide';
  readonly trace: TraceId;
  /** The number of its signal.received fact. */
  readonly signal: Seq;
}

/** An order is handed to the exchange's adapter, its answer is taken in, or news of it is. */
export interface OrderStage {
  readonly name: 'submit' | 'answer' | 'report';
  readonly trace: TraceId;
  readonly clientOrderId: ClientOrderId;
}

/** Undefined for what belongs to no one story, and for a signal that was decided before. */
export function stageOf(command: Command, state: EngineState): EngineStage | undefined {
  switch (command.type) {
    case 'receive_signal':
      if (command.duplicateOf !== undefined) return undefined;
      return { name: 'decide', trace: command.trace, signal: (state.seq + 1) as Seq };
    case 'record_outcome':
      return orderStage('answer', command.clientOrderId, state);
    case 'record_report':
      return orderStage('report', command.report.clientOrderId, state);
    default:
      return undefined;
  }
}

export function orderStage(
  name: OrderStage['name'],
  clientOrderId: ClientOrderId,
  state: EngineState,
): OrderStage | undefined {
  const order = state.orders.get(clientOrderId);
  return order === undefined ? undefined : { name, trace: order.story.trace, clientOrderId };
}
