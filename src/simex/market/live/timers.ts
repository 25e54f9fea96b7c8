/** Waiting, as the process gives it. */
export interface Timers {
  /** Calls back once after a delay, unless the returned function is called first. */
  after(delayMs: number, run: () => void): () => void;
}
