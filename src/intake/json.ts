/** JSON whose numbers keep their digits: each number literal is left as text, so that no binary float comes in between. */

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

/** @throws SyntaxError, TypeError or RangeError unless the bytes are JSON in UTF-8 of reasonable depth. */
export function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(utf8.decode(bytes), keepDigits);
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number') return value;
  if (context?.source === undefined) throw new Error('this runtime does not give the source of JSON numbers');
  return numberLiteral(context.source);
}
