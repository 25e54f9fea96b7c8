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

export const refuse = (code: number, msg: string): Refusal => ({ ok: false, code, msg });

// What Binance says in the same words everywhere.
export const missingParameter = (name: string): Refusal =>
  refuse(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
export const noSuchOrder = (): Refusal => refuse(-2013, 'Order does not exist.');
