/**
 * A small seeded generator (xoshiro128**) whose state is four plain numbers, so that it can be stored with the rest
 * of the exchange. Each component has its own, derived from the seed and its name: a draw more in one place must
 * not move the choices of another.
 */

export interface RandomState {
  readonly words: [number, number, number, number];
}

const rotateLeft = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

function splitMix(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
}

export function seedRandom(seed: number, component: string): RandomState {
  let hash = 0x811c9dc5 ^ (seed >>> 0);
  for (let i = 0; i < component.length; i += 1) hash = Math.imul(hash ^ component.charCodeAt(i), 0x01000193);
  const next = splitMix(hash);
  return { words: [next(), next(), next(), next()] };
}

/** A whole number in [0, 2^32). */
function nextUint32({ words }: RandomState): number {
  const result = Math.imul(rotateLeft(Math.imul(words[1], 5), 7), 9) >>> 0;
  const shifted = words[1] << 9;
  words[2] ^= words[0];
  words[3] ^= words[1];
  words[1] ^= words[2];
  words[0] ^= words[3];
  words[2] ^= shifted;
  words[3] = rotateLeft(words[3], 11);
  return result;
}

/** A whole number in [0, bound). The bias is below bound / 2^32 and does not matter here. */
export const nextBelow = (random: RandomState, bound: number): number =>
  Math.floor((nextUint32(random) / 0x1_0000_0000) * bound);

/** A whole number in [from, to]. */
export const nextBetween = (random: RandomState, from: number, to: number): number =>
  from + nextBelow(random, to - from + 1);
