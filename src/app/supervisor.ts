/**
 * The whole system on one machine as one: starts observatory, engine and, for paper trading, the simulated exchange
 * together, the demo strategy when they are ready, and ends them in the order that loses nothing.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pause, systemClock, systemTimers, within } from '#engine/time.ts';
import { addresses } from './addresses.ts';
import { Child, type ChildOptions } from './child.ts';
import type { Config, Environment } from './config.ts';
import { exitCodes } from './exit-codes.ts';
import { isOk } from './is-ok.ts';
import { boundLog } from './log-file.ts';

const READY_MS_MAX = 60_000;
const READY_POLL_MS = 50;
const LOG_CHECK_MS = 5_000;

/** What each may take to end. The engine flushes; the sum stays under the ten seconds of the whole. */
const STOP_MS_MAX = { demo: 500, engine: 6_000, simex: 1_200, observatory: 1_800 } as const;

type Part = keyof typeof STOP_MS_MAX;

/** Who does not trade at Binance has no use for its keys. */
const noKeys = { BINANCE_API_KEY: '', BINANCE_API_SECRET: '' };

export interface SupervisorOptions {
  readonly config: Config;
  readonly env: Environment;
  readonly seed: number;
  readonly demo: boolean;
  /** A sentence about something that happened to a part. */
  readonly onNews: (sentence: string) => void;
  /** The demo strategy has published a signal. */
  readonly onSignal: (signalId: string) => void;
}

export const simexDirectory = ({ values }: Config): string => join(values.TRADEENGINE_DATA_DIR, 'simex');

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #children: ReadonlyMap<Part, Child>;
  readonly #lost = Promise.withResolvers<string>();
  #stopping: Promise<void> | undefined;
  #cancelLogCheck: () => void = () => {};

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const parts: Part[] = ['observatory', 'engine'];
    // What trades elsewhere needs no simulated exchange, and no demo strategy may ever trade there.
    if (options.config.settings.mode === 'paper')
      parts.push('simex', ...(options.demo ? ['demo' as const] : []));
    this.#children = new Map(parts.map((part) => [part, this.#child(part)]));
  }

  get logDirectory(): string {
    return join(this.#options.config.values.TRADEENGINE_DATA_DIR, 'logs');
  }

  /** Resolves with the reason if a part is lost for good. */
  get lost(): Promise<string> {
    return this.#lost.promise;
  }

  /** Resolves when everything is ready. @throws Error if a part does not become ready in time */
  async start(): Promise<void> {
    mkdirSync(this.logDirectory, { recursive: true });
    const { observatory, exchange, engine } = addresses(this.#options.config);
    const simulated = this.#children.has('simex');
    this.#checkLogs();
    // They do not need each other to start: what the engine cannot reach yet, it tries again.
    for (const part of ['observatory', 'simex', 'engine'] as const) this.#children.get(part)?.start();
    await this.#ready('observatory', `${observatory}/health`);
    if (simulated) await this.#ready('simex', `${exchange}/fapi/v1/ping`);
    await this.#ready('engine', `${engine}/ready`);
    this.#children.get('demo')?.start();
  }

  /** Demo, engine, exchange, observatory: who is needed by others ends after them. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopInOrder();
    return this.#stopping;
  }

  kill(): void {
    for (const child of this.#children.values()) child.kill();
  }

  async #stopInOrder(): Promise<void> {
    this.#cancelLogCheck();
    for (const part of ['demo', 'engine', 'simex', 'observatory'] as const) {
      await this.#children.get(part)?.stop(STOP_MS_MAX[part]);
    }
  }

  #child(part: Part): Child {
    const { config, env, seed, onNews, onSignal } = this.#options;
    const { values } = config;
    const commands: Record<Part, ChildOptions['command']> = {
      observatory: ['src/observatory/main.ts'],
      simex: ['src/simex/main.ts'],
      engine: ['src/cli/main.ts', 'engine'],
      demo: ['src/cli/main.ts', 'demo', '--seed', String(seed)],
    };
    return new Child({
      name: part,
      command: commands[part],
      env: {
        ...env,
        // The same text for everyone: programs differ in what an empty or absent variable means to them.
        ...config.environment(),
        ...(part === 'engine' ? {} : noKeys),
        SIMEX_SEED: String(seed),
        SIMEX_DATA_DIR: simexDirectory(config),
        OBSERVATORY_DATA_DIR: join(values.TRADEENGINE_DATA_DIR, 'observatory'),
      },
      logPath: join(this.logDirectory, `${part}.log`),
      finalCodes: [exitCodes.usage, exitCodes.configuration, exitCodes.journalUnusable],
      clock: systemClock,
      timers: systemTimers,
      onRestart: (how, delayMs) => onNews(`${part} ended by ${how}; it is started again in ${delayMs} ms`),
      onLost: (how, code) => this.#lost.resolve(this.#lossText(part, how, code)),
      onMessage: (message) => {
        if (part === 'demo' && isPublished(message)) onSignal(message.signalId);
      },
    });
  }

  #lossText(part: Part, how: string, code: number | null): string {
    const log = join(this.logDirectory, `${part}.log`);
    return code === exitCodes.journalUnusable
      ? `The ${part} cannot go on with the journal as it is; ${log} says where it breaks.`
      : `${part} ended too often, at last by ${how}. ${log} says why.`;
  }

  async #ready(part: Part, url: string): Promise<void> {
    const waiting = { over: false };
    const became = await within(
      systemTimers,
      READY_MS_MAX,
      Promise.race([this.#answers(url, waiting), this.lost]),
      'late',
    );
    waiting.over = true;
    if (became === 'ready') return;
    throw new Error(
      became === 'late'
        ? `The ${part} is not ready after ${READY_MS_MAX / 1000} s; ${join(this.logDirectory, `${part}.log`)} may say why.`
        : became,
    );
  }

  async #answers(url: string, waiting: { readonly over: boolean }): Promise<string> {
    while (!waiting.over) {
      if (await isOk(url)) return 'ready';
      await pause(systemTimers, READY_POLL_MS);
    }
    return 'late';
  }

  #checkLogs(): void {
    this.#cancelLogCheck = systemTimers.after(LOG_CHECK_MS, () => {
      for (const { logPath } of this.#children.values()) boundLog(logPath);
      this.#checkLogs();
    });
  }
}

const isPublished = (message: unknown): message is { signalId: string } =>
  typeof message === 'object' &&
  message !== null &&
  'signalId' in message &&
  typeof message.signalId === 'string';
