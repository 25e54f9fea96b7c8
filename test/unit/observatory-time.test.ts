import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatTime, parseTime } from '#observatory/time.ts';

describe('time of the observatory', () => {
  it('reads back what it writes, to the nanosecond', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 63n - 1n), (timeNs) => {
        assert.equal(parseTime(formatTime(timeNs)), timeNs);
      }),
    );
  });

  it('reads milliseconds since 1970 and RFC 3339 with an offset', () => {
    assert.equal(parseTime('1763900000123'), 1_763_900_000_123_000_000n);
    assert.equal(parseTime('2025-11-23T13:13:20.5+01:00'), 1_763_900_000_500_000_000n);
  });

  it('refuses anything else', () => {
    for (const text of [
      '',
      'now',
      '-5',
      '1e3',
      '2025-11-23',
      '2025-13-01T00:00:00Z',
      '1969-12-31T23:59:59Z',
    ]) {
      assert.equal(parseTime(text), undefined, text);
    }
  });
});
