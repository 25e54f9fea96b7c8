/** The simulated exchange as a process of its own, set up by environment variables. */

import { runSimex } from './process.ts';

const ending = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.resolve());

process.exit(
  await runSimex({
    env: process.env,
    say: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
    progress: process.stderr,
    ending: ending.promise,
  }),
);
