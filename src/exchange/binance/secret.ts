/** Values that must not be seen: keys that do not print, and a redactor for texts that may contain them. */

import { inspect } from 'node:util';

const SHOWN = '[secret]';
/** Shorter values would redact ordinary words. */
const REDACTED_LENGTH_MIN = 6;

/** A string that prints, serialises and inspects as [secret]; only reveal() gives it away. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

/** Takes known secrets and anything that looks like a signature or a listen key out of a text. */
export class Redactor {
  readonly #hidden = new Map<string, string>();

  /** A later value of the same name replaces the earlier one. */
  hide(name: string, secret: Secret): void {
    const value = secret.reveal();
    if (value.length >= REDACTED_LENGTH_MIN) this.#hidden.set(name, value);
  }

  redact(text: string): string {
    let clean = text;
    for (const value of this.#hidden.values()) clean = clean.replaceAll(value, SHOWN);
    return clean.replace(/\b(signature|listenKey|apiKey)(["']?\s*[=:]\s*["']?)[^\s&"',}]+/gi, `$1$2${SHOWN}`);
  }
}
