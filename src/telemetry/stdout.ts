/**
 * Lines on standard output that can neither hold up nor end the process, whatever stands behind it: a disk that is full, a
 * pipe that nobody reads, a terminal that is stopped. They are written in the background, a bounded amount of them waits,
 * and what cannot be written is dropped and counted.
 */

import { constants, fstatSync, openSync, write } from 'node:fs';
import type { DestinationStream } from 'pino';
import { after } from './clock.ts';

const STDOUT = 1;
const WAITING_LENGTH_MAX = 1024 * 1024;
const AGAIN_MS = 50;

export class LineWriter implements DestinationStream {
  readonly #file: number;
  readonly #format: (line: string) => string;
  #waiting = '';
  #writing = false;
  #underWay = false;
  #dropped = 0;
  #idle = Promise.withResolvers<void>();

  constructor(format: (line: string) => string = (line) => line, file = unblocked(STDOUT)) {
    this.#format = format;
    this.#file = file;
  }

  /** Writes that failed, and lines that found no room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether a write has not come back: then the end of the process would wait for it. */
  get busy(): boolean {
    return this.#underWay;
  }

  /** Resolves when nothing waits any more. */
  get idle(): Promise<void> {
    return this.#writing ? this.#idle.promise : Promise.resolve();
  }

  write(line: string): void {
    const text = this.#format(line);
    if (this.#waiting.length + text.length > WAITING_LENGTH_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#waiting += text;
    if (this.#writing) return;
    this.#writing = true;
    this.#writeWaiting();
  }

  #writeWaiting(): void {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    this.#writeFrom(bytes, 0);
  }

  #writeFrom(bytes: Buffer, start: number): void {
    this.#underWay = true;
    write(this.#file, bytes, start, bytes.length - start, null, (error, written) => {
      this.#underWay = false;
      if (error?.code === 'EAGAIN') {
        after(AGAIN_MS, () => this.#writeFrom(bytes, start));
        return;
      }
      if (error !== null) this.#dropped += 1;
      else if (start + written < bytes.length) return this.#writeFrom(bytes, start + written);
      this.#next();
    });
  }

  #next(): void {
    if (this.#waiting !== '') {
      this.#writeWaiting();
      return;
    }
    this.#writing = false;
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }
}

/** A pipe that is opened once more so that a write which finds it full comes back, where the system has a way to. */
function unblocked(file: number): number {
  try {
    if (!fstatSync(file).isFIFO()) return file;
    return openSync(`/proc/self/fd/${file}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return file;
  }
}
