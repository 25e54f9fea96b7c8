/** Values that must not be seen: keys that do not print, and the taking of secrets out of whatever may hold them. */

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

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}

/** What secrets are called. A token alone is not one: to a strategy it is a coin. */
const NAMES =
  'api[_-]?key|secret|passw(?:or)?d|passphrase|credentials?|private[_-]?key|signature|listen[_-]?key|authorization|cookie|(?:access|api|auth|bearer|refresh|session)_?token';
const NAME = new RegExp(NAMES, 'i');
const NAMED_VALUE = new RegExp(`((?:${NAMES})\\w*)(\\\\?["']?\\s*[=:]\\s*\\\\?["']?)[^\\s&"',}\\\\]+`, 'gi');
const USER_OF_ADDRESS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi;
const AUTHORIZATION = /\b(basic|bearer)(\s+)[\w+/=.~-]{8,}/gi;

/** Takes out what looks like a secret: what stands behind the name of one, and who logs in where. */
export const redactText = (text: string): string =>
  text
    .replace(AUTHORIZATION, `$1$2${SHOWN}`)
    .replace(NAMED_VALUE, `$1$2${SHOWN}`)
    .replace(USER_OF_ADDRESS, `$1${SHOWN}@`);

export const isSecretName = (name: string): boolean => NAME.test(name);

/** For JSON.stringify: a member that is named like a secret does not show its value, and texts show none. */
export function redactMember(name: string, value: unknown): unknown {
  if (isSecretName(name) && value !== null && value !== undefined) return SHOWN;
  return typeof value === 'string' ? redactText(value) : value;
}

/** Takes known secrets, and what looks like one, out of a text. */
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
    return redactText(clean);
  }
}
