// Goal: a body is read as it was written, or refused. Method: texts, and generated JSON against the runtime's parser.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseJson, RepeatedFieldError } from '#intake/json.ts';

const parse = (text: string): unknown => parseJson(Buffer.from(text));

describe('a body in JSON', () => {
  const repeated: [string, string][] = [
    ['{"quantity":1,"quantity":2}', 'quantity'],
    ['{"quantity":1,"quantity":1}', 'quantity'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"meta":{"a":[{"b":{},"c":"}","b":1}]}}', 'b'],
    ['[{"a":1},{"":1,"":2}]', ''],
    ['{"a\\"":1,"x":":","a\\"":2}', 'a"'],
  ];
  for (const [text, field] of repeated) {
    it(`is refused when a field comes twice: ${text}`, () => {
      assert.throws(
        () => parse(text),
        (error) => error instanceof RepeatedFieldError && error.field === field,
      );
    });
  }

  it('may have the same field in different objects', () => {
    const text = '{"a":{"a":1},"b":[{"a":"{"},{"a":"\\"a\\":1"}]}';
    assert.equal(JSON.stringify(parse(text)), text);
  });

  it('is what it says, whatever its texts hold', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        assert.equal(
          JSON.stringify(parse(JSON.stringify(JSON.parse(text)))),
          JSON.stringify(JSON.parse(text)),
        );
      }),
    );
  });
});
