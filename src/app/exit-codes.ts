/** How a process ended, for whoever started it. From 64 on they are those of sysexits.h. */

export const exitCodes = {
  ok: 0,
  failed: 1,
  /** A command was given arguments that it does not know. */
  usage: 64,
  /** The journal is not what was written, newer than this program, or of another account or mode. */
  journalUnusable: 65,
  /** A variable of the environment has a value that cannot be. */
  configuration: 78,
} as const;
