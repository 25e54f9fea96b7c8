/** The rules that one signal has been measured by, and what came of it. */

import type { Check, OrderPlanned } from '../facts.ts';
import type { Quote } from '../instrument.ts';
import type { Order } from '../order.ts';
import type { PlanRefusal } from '../plan.ts';
import { type RefusalReason, type Rule, rules } from '../refusal.ts';

export interface Resize {
  readonly asked?: string;
  readonly planned: string;
  readonly why: string;
}

export type Decision =
  | {
      readonly kind: 'accepted';
      readonly checks: readonly Check[];
      readonly quote: Quote | undefined;
      readonly orders: readonly OrderPlanned[];
      /** Entries that a close signal overtakes. */
      readonly revoked: readonly Order[];
      readonly resized?: Resize;
    }
  | {
      readonly kind: 'refused';
      readonly checks: readonly Check[];
      readonly reason: RefusalReason;
      readonly value: string;
      readonly limit: string;
    };

/** The rules passed so far, and the first one that was broken. */
export class Measurements {
  readonly #checks: Check[] = [];
  #broken: { reason: RefusalReason; value: string; limit: string } | undefined;

  get checks(): readonly Check[] {
    return this.#checks;
  }

  measure(rule: Rule, value: string, limit: string, passes: boolean): boolean {
    this.#checks.push({ check: rule, value, limit });
    if (!passes) this.#broken = { reason: rules[rule], value, limit };
    return passes;
  }

  /** What was found out on the way, and refuses nothing. */
  note(check: string, value: string, limit: string): void {
    this.#checks.push({ check, value, limit });
  }

  /** An order that the signal needs cannot be built. */
  unplannable({ reason, value, limit }: PlanRefusal): false {
    this.#checks.push({ check: 'order', value, limit });
    this.#broken = { reason, value, limit };
    return false;
  }

  refusal(): Decision {
    if (this.#broken === undefined) throw new Error('a refusal without a broken rule');
    return { kind: 'refused', checks: this.#checks, ...this.#broken };
  }
}
