/**
 * Keeps what comes again and again from flooding the log: of each event the first few in a window are told, the rest is
 * one line at its end. What ends the process is always told, and so is a list, of which no line repeats another.
 */

import type { Severity } from './projected.ts';

const WINDOW_MS = 60_000;
const TOLD_IN_WINDOW_MAX = 5;
/** Kinds of events that are watched at once; what is more is told as it comes. */
const EVENTS_MAX = 256;
const MS_PER_SECOND = 1_000;
const LISTS: ReadonlySet<string> = new Set(['engine.configuration']);

interface Repeatable {
  readonly severity: Severity;
  readonly event: string;
  readonly message: string;
}

export interface RepetitionParts<Log extends Repeatable> {
  /** Calls back once after a delay, unless the returned function is called first. */
  readonly after: (delayMs: number, run: () => void) => () => void;
  readonly tell: (record: Log) => void;
}

interface Window<Log> {
  told: number;
  withheld: number;
  newest: Log;
  readonly cancel: () => void;
}

export class Repetitions<Log extends Repeatable> {
  readonly #parts: RepetitionParts<Log>;
  readonly #windows = new Map<string, Window<Log>>();

  constructor(parts: RepetitionParts<Log>) {
    this.#parts = parts;
  }

  tell(record: Log): void {
    const { severity, event } = record;
    if (severity === 'fatal' || LISTS.has(event)) {
      this.#parts.tell(record);
      return;
    }
    const window = this.#windows.get(event) ?? this.#open(record);
    if (window === undefined || window.told < TOLD_IN_WINDOW_MAX) {
      if (window !== undefined) window.told += 1;
      this.#parts.tell(record);
      return;
    }
    window.withheld += 1;
    window.newest = record;
  }

  /** Ends all windows early. */
  flush(): void {
    for (const event of [...this.#windows.keys()]) this.#close(event);
  }

  #open(record: Log): Window<Log> | undefined {
    if (this.#windows.size >= EVENTS_MAX) return undefined;
    const cancel = this.#parts.after(WINDOW_MS, () => this.#close(record.event));
    const window: Window<Log> = { told: 0, withheld: 0, newest: record, cancel };
    this.#windows.set(record.event, window);
    return window;
  }

  #close(event: string): void {
    const window = this.#windows.get(event);
    this.#windows.delete(event);
    window?.cancel();
    if (window === undefined || window.withheld === 0) return;
    const { newest, withheld } = window;
    const others = `... and ${withheld - 1} more like it in ${WINDOW_MS / MS_PER_SECOND} s`;
    this.#parts.tell(withheld === 1 ? newest : { ...newest, message: `${newest.message} ${others}` });
  }
}
