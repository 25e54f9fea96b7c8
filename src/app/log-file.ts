/** Log files of child processes, kept from growing for ever: one older generation beside the current one. */

import { copyFileSync, statSync, truncateSync } from 'node:fs';

const LOG_BYTES_MAX = 10 * 1024 * 1024;

/** Sets aside a log that has grown too long. Whoever appends to it goes on with the emptied file. */
export function boundLog(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LOG_BYTES_MAX) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}
