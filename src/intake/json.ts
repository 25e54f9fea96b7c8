/**
 * JSON whose numbers keep their digits: each number literal is left as text, so that no binary float comes in between.
 * An object that names a field twice is refused: which of the two was meant cannot be known.
 */

/** A number literal as it was written. JSON.stringify writes it the same way again. */
export interface NumberLiteral {
  readonly rawJSON: string;
}

// Part of Node 24, not yet of TypeScript's library: https://tc39.es/proposal-json-parse-with-source/
const RawJson = JSON as typeof JSON & {
  rawJSON(text: string): NumberLiteral;
  isRawJSON(value: unknown): value is NumberLiteral;
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

export const isNumberLiteral = (value: unknown): value is NumberLiteral => RawJson.isRawJSON(value);

export const numberLiteral = (text: string): NumberLiteral => RawJson.rawJSON(text);

export class RepeatedFieldError extends Error {
  override readonly name = 'RepeatedFieldError';
  readonly field: string;

  constructor(field: string) {
    super(`the field ${field} comes twice in one object`);
    this.field = field;
  }
}

/**
 * @throws RepeatedFieldError; SyntaxError, TypeError or RangeError unless the bytes are JSON in UTF-8 of reasonable depth.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = utf8.decode(bytes);
  const value: unknown = JSON.parse(text, keepDigits);
  refuseRepeatedFields(text);
  return value;
}

/** JSON.parse keeps the last of them without a word. The text is known to be JSON. */
function refuseRepeatedFields(text: string): void {
  const fieldsOfOpen: Set<string>[] = [];
  let latest = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}:]/g)) {
    if (token === '{') fieldsOfOpen.push(new Set());
    else if (token === '}') fieldsOfOpen.pop();
    else if (token === ':') {
      const field = String(JSON.parse(latest));
      const fields = fieldsOfOpen.at(-1);
      if (fields?.has(field) === true) throw new RepeatedFieldError(field);
      fields?.add(field);
    } else latest = token;
  }
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number') return value;
  if (context?.source === undefined) throw new Error('this runtime does not give the source of JSON numbers');
  return numberLiteral(context.source);
}
