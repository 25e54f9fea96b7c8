/**
 * A process that appends to the journal at a path without end, and writes the number of the last durable fact on a
 * line as soon as it may. If the journal fails it writes the fault, and tries once more.
 */

import { writeSync } from 'node:fs';
import { JournalError } from '#journal/port.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import { signalEntry } from './journal.ts';

const IN_FLIGHT_MAX = 40;
const STDOUT = 1;

const [, , path = ''] = process.argv;
const journal = await openSqliteJournal({ path, recentSignalsMax: 100 });
const say = (line: string): void => void writeSync(STDOUT, `${line}\n`);

say(`opened ${journal.head}`);
let failed: unknown;
while (failed === undefined) {
  const appends: Promise<void>[] = [];
  while (journal.pending < IN_FLIGHT_MAX) {
    const seq = journal.head + 1;
    const append = journal.append(signalEntry(seq));
    append.then(
      () => say(`durable ${seq + 1}`),
      (error) => {
        failed ??= error;
      },
    );
    appends.push(append);
  }
  await Promise.race(appends).catch(() => {});
}
const again = await journal.append(signalEntry(journal.head + 1)).catch((error) => error);
const fault = failed instanceof JournalError ? failed.fault : failed;
say(`failed ${fault}: ${again === failed ? 'for good' : again}`);
await journal.close();
