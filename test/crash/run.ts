/**
 * One crash campaign: signals flow, the engine is killed with SIGKILL at named points and at random times, and started
 * again; the exchange runs on and keeps the ledger that is the judge in the end.
 */

import type { Entry } from '#core/facts.ts';
import type { Seq } from '#core/ids.ts';
import type { CrashPoint } from '#engine/engine.ts';
import { openSqliteJournal } from '#journal/sqlite.ts';
import type { LedgerEntry } from '#simex/usdm/ledger.ts';
import { Random } from '#test/support/random.ts';
import { Scene } from '#test/support/scene.ts';
import { SimexClient } from '#test/support/simex-client.ts';
import { until } from '#test/support/until.ts';
import { coverViolations, executionViolations } from './verdict.ts';

const crashPoints: [CrashPoint, ...CrashPoint[]] = ['decided', 'durable', 'sending', 'answered', 'event'];
const PUBLISH_EVERY_MS = 40;
const LIFE_MS_MAX = 900;
const SETTLE_MS_MAX = 30_000;
const LEDGER_PAGE = 1_000;
const symbols: [string, ...string[]] = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT'];

export interface Campaign {
  readonly kills: number;
  readonly signals: number;
  readonly violations: readonly string[];
}

export async function runCampaign(kills: number, seed: number): Promise<Campaign> {
  const random = new Random(seed);
  const scene = await Scene.open(seed);
  const publisher = new Publisher(scene, random.fork());
  try {
    let killed = 0;
    publisher.start();
    while (killed < kills) {
      const atPoint = random.chance(0.6);
      await scene.startVictim(atPoint ? `${random.pick(crashPoints)}:${random.between(1, 60)}` : undefined);
      await liveFor(scene, random.between(50, LIFE_MS_MAX), atPoint);
      await scene.killEngine();
      killed += 1;
    }
    await scene.startVictim();
    await publisher.finish();
    await until('the engine has settled', () => isSettled(scene), SETTLE_MS_MAX);
    await scene.stopEngine();
    const violations = [
      ...executionViolations(publisher.acknowledged, await journalOf(scene), await ledgerOf(scene)),
      ...coverViolations(await exchangeStateOf(scene)),
    ];
    return { kills: killed, signals: publisher.acknowledged.size, violations };
  } finally {
    publisher.stop();
    await scene.close();
  }
}

/** A life that is to end at a named point gets time to reach it. */
async function liveFor(scene: Scene, lifeMs: number, atPoint: boolean): Promise<void> {
  const end = Date.now() + (atPoint ? 3 * LIFE_MS_MAX : lifeMs);
  while (!scene.engineHasEnded && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Publishes until acknowledged, as a strategy does whose connection may break at any time. */
class Publisher {
  readonly acknowledged = new Set<string>();
  readonly #scene: Scene;
  readonly #random: Random;
  readonly #waiting: { signal_id: string }[] = [];
  #published = 0;
  #running = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(scene: Scene, random: Random) {
    this.#scene = scene;
    this.#random = random;
  }

  start(): void {
    this.#running = true;
    this.#loop = this.#run();
  }

  stop(): void {
    this.#running = false;
  }

  /** Stops making signals; resolves when each has been acknowledged. */
  async finish(): Promise<void> {
    this.stop();
    await this.#loop;
    await until(
      'every signal is acknowledged',
      async () => {
        await this.#sendWaiting();
        return this.#waiting.length === 0;
      },
      SETTLE_MS_MAX,
    );
  }

  async #run(): Promise<void> {
    while (this.#running) {
      this.#waiting.push(this.#make());
      await this.#sendWaiting();
      await new Promise((resolve) => setTimeout(resolve, PUBLISH_EVERY_MS));
    }
  }

  async #sendWaiting(): Promise<void> {
    for (const signal of this.#waiting.splice(0)) {
      const answer = await this.#scene.post(`${this.#scene.engineUrl}/v1/signals`, signal);
      if (answer === undefined) this.#waiting.push(signal);
      else this.acknowledged.add(signal.signal_id);
    }
  }

  #make(): { signal_id: string } {
    this.#published += 1;
    const random = this.#random;
    const action = random.pick(['buy', 'buy', 'sell', 'sell', 'close']);
    return {
      signal_id: `crash-${this.#published}`,
      strategy_id: `strategy-${random.between(1, 4)}`,
      symbol: random.pick(symbols),
      action,
      confidence: 0.9,
      ...(action === 'close' ? {} : { stop_loss_pct: random.between(1, 20) / 10 }),
      ...(action !== 'close' && random.chance(0.5) ? { take_profit_pct: random.between(1, 20) / 10 } : {}),
    } as { signal_id: string };
  }
}

/** Nothing is on its way and every position of the exchange is covered. */
async function isSettled(scene: Scene): Promise<boolean> {
  const ready = await scene.get(`${scene.engineUrl}/ready`);
  return ready !== undefined && coverViolations(await exchangeStateOf(scene)).length === 0;
}

async function exchangeStateOf(scene: Scene) {
  const client = new SimexClient(scene.simexUrl);
  const [positions, stops] = [
    await client.signed('GET', '/fapi/v3/positionRisk'),
    await client.signed('GET', '/fapi/v1/openAlgoOrders'),
  ];
  return { positions: positions.body, stops: stops.body };
}

async function ledgerOf(scene: Scene): Promise<LedgerEntry[]> {
  const ledger: LedgerEntry[] = [];
  for (;;) {
    const from = ledger.length + 1;
    const page = await scene.get(`${scene.simexUrl}/sim/ledger?from=${from}&limit=${LEDGER_PAGE}`);
    const entries = (page as { entries: LedgerEntry[] }).entries;
    if (entries.length === 0) return ledger;
    ledger.push(...entries);
  }
}

/** Opening it verifies its chain from the first entry to the last. */
async function journalOf(scene: Scene): Promise<Entry[]> {
  const journal = await openSqliteJournal({ path: scene.journalPath });
  const entries: Entry[] = [];
  for await (const entry of journal.read(1 as Seq)) entries.push(entry);
  await journal.close();
  return entries;
}
