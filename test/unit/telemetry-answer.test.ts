/** Goal: an answer is read as protobufjs reads it, and nothing that a collector can answer makes the reader throw. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { rejectedIn, statusIn } from '#telemetry/otlp/answer.ts';

const { root } = protobuf.parse(`
syntax = "proto3";
message Partial { int64 rejected = 1; string message = 2; fixed32 future = 9; }
message Answer { Partial partial = 1; bytes future = 7; }
message Duration { int64 seconds = 1; int32 nanos = 2; }
message RetryInfo { Duration retry_delay = 1; }
message Any { string type_url = 1; bytes value = 2; }
message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
`);
const write = (type: string, message: object): Uint8Array => {
  const found = root.lookupType(type);
  return found.encode(found.fromObject(message)).finish();
};
const statusWith = (typeUrl: string, seconds: number, nanos: number): Uint8Array => {
  const value = write('RetryInfo', { retryDelay: { seconds, nanos } });
  return write('Status', { code: 14, message: 'busy', details: [{ typeUrl, value }] });
};

test('a partial success is read, with what later versions may add', () => {
  fc.assert(
    fc.property(fc.nat(), fc.string(), fc.nat(), (rejected, message, future) => {
      const answer = write('Answer', { partial: { rejected, message, future }, future: [1, 2] });
      assert.deepEqual(rejectedIn(answer), { count: rejected, message });
    }),
  );
  assert.deepEqual(rejectedIn(new Uint8Array()), { count: 0, message: '' });
});

test('a status says what is wrong and when to ask again', () => {
  const retryInfo = 'type.googleapis.com/google.rpc.RetryInfo';
  assert.deepEqual(statusIn(statusWith(retryInfo, 3, 500_000_000)), { message: 'busy', retryAfterMs: 3_500 });
  assert.deepEqual(statusIn(statusWith('type.googleapis.com/other', 3, 0)), {
    message: 'busy',
    retryAfterMs: undefined,
  });
  assert.deepEqual(statusIn(write('Status', { code: 3, message: 'no' })), {
    message: 'no',
    retryAfterMs: undefined,
  });
});

test('what is not the message is told as such, and nothing throws', () => {
  assert.equal(rejectedIn(Buffer.from([0xff, 0xff, 0xff, 0xff])), undefined);
  assert.equal(rejectedIn(Buffer.from('<html>')), undefined);
  assert.equal(rejectedIn(Buffer.from([0x08, 0x01])), undefined, 'a number where a message belongs');
  const whole = write('Answer', { partial: { rejected: 3, message: 'too long' } });
  assert.equal(rejectedIn(whole.subarray(0, whole.length - 1)), undefined);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      rejectedIn(bytes);
      statusIn(bytes);
    }),
    { numRuns: 5_000 },
  );
});
