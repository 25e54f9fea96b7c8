/** What a call of a simulated exchange gives. */

/** A refusal as Binance words it. */
export interface Refusal {
  readonly ok: false;
  readonly code: number;
  readonly msg: string;
  /** What the answer says beside that, where the exchange documents more. */
  readonly data?: object;
  /** The HTTP status, where it is not 400. */
  readonly status?: number;
}

export type Result<T> = ({ readonly ok: true } & T) | Refusal;

export const isRefusal = (value: object): value is Refusal => 'ok' in value && value.ok === false;
