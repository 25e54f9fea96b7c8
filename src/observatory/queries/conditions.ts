/** The WHERE of a search, put together from the parameters that are given. */
import type { DuckDBValue } from '@duckdb/node-api';

export class Conditions {
  readonly values: Record<string, DuckDBValue> = {};
  readonly #conditions: string[] = [];

  always(condition: string): this {
    this.#conditions.push(condition);
    return this;
  }

  /** `condition` speaks of the value as $name; without a value it does not hold anything back. */
  given(condition: string, name: string, value: DuckDBValue | undefined): this {
    if (value === undefined) return this;
    this.values[name] = value;
    return this.always(condition);
  }

  get sql(): string {
    return this.#conditions.length === 0 ? '' : `WHERE ${this.#conditions.join(' AND ')}`;
  }
}
