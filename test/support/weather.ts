/** What happens to requests and events on their way between an engine and the simulated exchange. */

export const ACCEPTANCE_WINDOW_MS = 2_500;

/** What becomes of one request: when it is applied, if at all, and when the answer comes, if at all. */
export interface Fate {
  readonly applyAfterMs: number | 'never';
  /** 'lost': the caller learns nothing and calls it unknown after its deadline. */
  readonly answerAfterMs: number | 'lost';
  /** The exchange says that it failed for certain. */
  readonly failed?: boolean;
}

export interface Weather {
  submit(): Fate;
  cancel(): Fate;
  query(): Fate;
  /** How long the exchange's query side may still deny an order that it has taken. */
  queryLagMs(): number;
  /** How long the list of trades may lack what has been executed. */
  tradesLagMs(): number;
  /** Delays of the copies in which an event arrives; none if it is lost. */
  event(): readonly number[];
}

export const fairWeather: Weather = {
  submit: () => ({ applyAfterMs: 0, answerAfterMs: 0 }),
  cancel: () => ({ applyAfterMs: 0, answerAfterMs: 0 }),
  query: () => ({ applyAfterMs: 0, answerAfterMs: 0 }),
  queryLagMs: () => 0,
  tradesLagMs: () => 0,
  event: () => [0],
};
