// Chance that repeats itself: the same seed gives the same bytes on every machine.

/** A source of 32-bit numbers (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** `length` bytes out of a source. */
export const bytes = (next, length) => Uint8Array.from({ length }, () => next() & 255);
