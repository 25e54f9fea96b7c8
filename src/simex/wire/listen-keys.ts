/** The account's one listen key: it opens the private stream, and ends an hour after it was last asked for. */

const VALID_MS = 60 * 60 * 1000;

export class ListenKeys {
  readonly #makeKey: () => string;
  #key: string | undefined;
  #validUntilMs = 0;

  constructor(makeKey: () => string) {
    this.#makeKey = makeKey;
  }

  /** The active key, prolonged, or a new one. */
  open(nowMs: number): string {
    this.#key = this.current(nowMs) ?? this.#makeKey();
    this.#validUntilMs = nowMs + VALID_MS;
    return this.#key;
  }

  prolong(nowMs: number): string | undefined {
    const key = this.current(nowMs);
    if (key !== undefined) this.#validUntilMs = nowMs + VALID_MS;
    return key;
  }

  close(): void {
    this.#key = undefined;
  }

  current(nowMs: number): string | undefined {
    return nowMs < this.#validUntilMs ? this.#key : undefined;
  }
}
