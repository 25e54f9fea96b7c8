/** What a command gets from the terminal and the process that it runs in. */

import type { Environment } from '#app/config.ts';

export interface CommandIo {
  readonly env: Environment;
  /** A line for the person who asked. */
  readonly say: (line: string) => void;
  /** A line about what went wrong. */
  readonly complain: (line: string) => void;
  /** Whether the person at the terminal says yes; false where there is no terminal. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Resolves with the name of the signal when the process is asked to end. */
  readonly ending: Promise<string>;
  /** Resolves when it is asked a second time. */
  readonly endingNow: Promise<void>;
  readonly exit: (code: number) => void;
  /** Ends the process even where exit() would wait, for a standard output that takes nothing. */
  readonly kill: () => void;
}

/** Arguments that the command does not know. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
