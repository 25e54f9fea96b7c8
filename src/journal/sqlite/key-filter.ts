/**
 * Tells of nearly every new signal that it is new, without asking the file: a Bloom filter of the keys received. A
 * key is a digest already, so its own bits serve as the hashes. At a million keys one new signal in six thousand is
 * looked up for nothing, at ten million one in four.
 */

import type { SignalKey } from '#core/ids.ts';

const PROBES = 4;
const LETTERS_PER_PROBE = 5;
const BITS_PER_LETTER = 5;
const SIZE_BYTES = 2 ** (LETTERS_PER_PROBE * BITS_PER_LETTER) / 8;
const CODE_OF_A = 97;
/** The digits 2 to 7 come after the 26 letters. */
const CODE_BEFORE_DIGITS = 24;

export class KeyFilter {
  readonly bytes: Uint8Array<ArrayBuffer>;

  constructor(bytes = new Uint8Array(SIZE_BYTES)) {
    this.bytes = bytes;
  }

  add(key: SignalKey): void {
    for (let probe = 0; probe < PROBES; probe += 1) {
      const bit = bitOf(key, probe);
      this.bytes[bit >> 3] = (this.bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
  }

  /** False only for keys that were never added. */
  mayHold(key: SignalKey): boolean {
    for (let probe = 0; probe < PROBES; probe += 1) {
      const bit = bitOf(key, probe);
      if (((this.bytes[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }
}

function bitOf(key: SignalKey, probe: number): number {
  let bit = 0;
  for (let letter = 0; letter < LETTERS_PER_PROBE; letter += 1) {
    const code = key.charCodeAt(probe * LETTERS_PER_PROBE + letter);
    const value = code < CODE_OF_A ? code - CODE_BEFORE_DIGITS : code - CODE_OF_A;
    bit = (bit << BITS_PER_LETTER) | (value & 31);
  }
  return bit;
}
