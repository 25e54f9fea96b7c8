/** Compares the engine's picture with the exchange's, again and again: orders and positions, and what the account has. */

import type { Command } from '#core/command.ts';
import type { Fact } from '#core/facts.ts';
import { addMs, type Micros } from '#core/ids.ts';
import { foundDifference, ordersNotIn } from '#core/reconcile.ts';
import type { EngineState } from '#core/state.ts';
import type { Exchange } from '#exchange/port.ts';
import type { Inquiries } from './inquiries.ts';
import type { Clock } from './time.ts';

const EVERY_MS = 5_000;
/** While the first comparison is outstanding, and when one has failed: twice as long each time. */
const AGAIN_MS_MIN = 250;

export type ComparisonOutcome = 'agreed' | 'differed' | 'failed';

export interface ComparisonsOptions {
  readonly exchange: Pick<Exchange, 'snapshot' | 'balance'>;
  readonly clock: Clock;
  readonly state: EngineState;
  /** Undefined once the engine has failed. */
  readonly handle: (command: Command) => readonly Fact[] | undefined;
  readonly inquiries: Pick<Inquiries, 'ask' | 'forgetEnded'>;
  readonly onProblem: (code: 'snapshot_failed' | 'balance_failed', cause: string) => void;
  readonly onCompared: (outcome: ComparisonOutcome) => void;
}

export class Comparisons {
  readonly #options: ComparisonsOptions;
  #running = false;
  #nextAt = 0 as Micros;
  #againMs = AGAIN_MS_MIN;

  constructor(options: ComparisonsOptions) {
    this.#options = options;
  }

  isDue(at: Micros): boolean {
    return at >= this.#nextAt && !this.#running;
  }

  soon(): void {
    this.#nextAt = 0 as Micros;
  }

  async run(): Promise<void> {
    const { exchange, clock, state, handle, inquiries, onProblem, onCompared } = this.#options;
    this.#running = true;
    const [snapshot, balance] = await Promise.all([exchange.snapshot(), exchange.balance()]);
    this.#running = false;
    const settled = state.reconciled && snapshot.kind === 'answer';
    this.#againMs = settled ? AGAIN_MS_MIN : Math.min(2 * this.#againMs, EVERY_MS);
    this.#nextAt = addMs(clock.now(), settled ? EVERY_MS : this.#againMs);
    inquiries.forgetEnded();
    // Without it entries are refused once the knowledge of before is too old.
    if (balance.kind === 'answer') handle({ type: 'measure_account', ...balance.value });
    else onProblem('balance_failed', balance.cause);
    if (snapshot.kind === 'failed') {
      onProblem('snapshot_failed', snapshot.cause);
      onCompared('failed');
      return;
    }
    const command = { type: 'compare_snapshot' as const, ...snapshot.value };
    for (const order of ordersNotIn(state, command)) inquiries.ask(order);
    const facts = handle(command);
    if (facts !== undefined) onCompared(foundDifference(state, facts) ? 'differed' : 'agreed');
  }
}
