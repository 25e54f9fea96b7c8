// Goal: what an entry's text says is believed only if it is an entry, of a version that this program knows.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FACTS_VERSION } from '#core/facts.ts';
import { decodeEntry, encodeEntry } from '#journal/codec.ts';
import { JournalError } from '#journal/port.ts';
import { entry, received, reconciled, refused, seqOf, signalEntry } from '#test/support/journal.ts';

const at = 1_767_225_600_000_000;
const facts = [reconciled(1)];

describe('an entry as text', () => {
  it('comes back as it was', () => {
    const before = entry(7, received(7), refused(7), reconciled(1));
    const { seq, count, body, opens, signals } = encodeEntry(before);
    assert.deepEqual(decodeEntry(seq, body), before);
    assert.deepEqual([count, opens, signals], [3, received(7).key, [7]]);
    assert.deepEqual(encodeEntry(entry(1, refused(4), refused(2), refused(4))).signals, [4, 2]);
  });

  it('of a newer version is refused as too new', () => {
    const body = JSON.stringify({ v: FACTS_VERSION + 1, at, facts });
    assert.throws(
      () => decodeEntry(seqOf(5), body),
      (error) => error instanceof JournalError && error.fault === 'too_new' && error.seq === 5,
    );
  });

  it('of version 1 is read as it is', () => {
    const body = JSON.stringify({ v: 1, at, facts });
    assert.deepEqual(decodeEntry(seqOf(5), body), { seq: 5, at, facts });
  });

  it('with a fact of an unknown type is refused as too new, and the fact is named', () => {
    const unheard = { type: 'order.amended', price: '1' };
    const body = JSON.stringify({ v: FACTS_VERSION, at, facts: [...facts, unheard] });
    assert.throws(() => decodeEntry(seqOf(5), body), {
      fault: 'too_new',
      seq: 6,
      message: 'fact 6 is of type order.amended, which a newer version of this program has written',
    });
  });

  const bad: Record<string, string> = {
    'cut off': encodeEntry(signalEntry(1)).body.slice(0, -1),
    empty: '',
    'no object': 'null',
    'without a version': JSON.stringify({ at, facts }),
    'of version 0': JSON.stringify({ v: 0, at, facts }),
    'without a time': JSON.stringify({ v: FACTS_VERSION, facts }),
    'without facts': JSON.stringify({ v: FACTS_VERSION, at, facts: [] }),
    'with a fact that has no type': JSON.stringify({ v: FACTS_VERSION, at, facts: [{}] }),
    'with a fact that is nothing': JSON.stringify({ v: FACTS_VERSION, at, facts: [null] }),
    'whose facts are no list': JSON.stringify({ v: FACTS_VERSION, at, facts: {} }),
  };
  for (const [what, body] of Object.entries(bad)) {
    it(`that is ${what} is refused as corrupt`, () => {
      assert.throws(
        () => decodeEntry(seqOf(5), body),
        (error) => error instanceof JournalError && error.fault === 'corrupt' && error.seq === 5,
      );
    });
  }
});
