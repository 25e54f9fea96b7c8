/** The collector of the benchmarks, started and spoken to. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { SinkOrder } from './sink-process.ts';

export class Sink {
  readonly url: string;
  readonly profilesUrl: string;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, port: number, profilesPort: number) {
    this.#process = child;
    this.url = `http://127.0.0.1:${port}`;
    this.profilesUrl = `http://127.0.0.1:${profilesPort}`;
  }

  /** @param count whether it is to count spans by their ids. */
  static async start({ count = false } = {}): Promise<Sink> {
    const child = fork(new URL('./sink-process.ts', import.meta.url), count ? ['--count'] : [], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    if (child.stdout === null) throw new Error('the collector has no output');
    const [line] = await once(child.stdout, 'data');
    const { port, profilesPort } = JSON.parse(String(line));
    return new Sink(child, port, profilesPort);
  }

  /** How many different spans it has. */
  async tell(order: SinkOrder): Promise<number> {
    const answer = once(this.#process, 'message');
    this.#process.send(order);
    const [spans] = await answer;
    return spans;
  }

  stop(): void {
    this.#process.disconnect();
  }
}
