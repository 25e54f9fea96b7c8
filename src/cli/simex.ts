/** tradeengine simex: the simulated exchange alone, for whatever speaks Binance's protocol. */

import { runSimex } from '#simex/process.ts';
import type { CommandIo } from './io.ts';

export interface SimexArguments {
  /** What is undefined comes from the environment, or is the default. */
  readonly port: number | undefined;
  readonly seed: number | undefined;
}

export const simexCommand = ({ port, seed }: SimexArguments, io: CommandIo): Promise<number> =>
  runSimex({
    env: {
      ...io.env,
      ...(port === undefined ? {} : { SIMEX_PORT: String(port) }),
      ...(seed === undefined ? {} : { SIMEX_SEED: String(seed) }),
    },
    say: io.say,
    complain: io.complain,
    progress: { write: (text) => io.complain(text.trimEnd()) },
    ending: io.ending,
  });
