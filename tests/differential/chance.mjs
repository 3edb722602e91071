// Chance that can be repeated: the same seed, the same numbers.

/** A seeded source of random choices (mulberry32, by Tommy Ettinger, public domain). */
export class Chance {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to 1. */
  number() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number of `least` to `most`. */
  whole(least, most) {
    return least + Math.floor(this.number() * (most - least + 1));
  }

  /** Whether something of this probability happens. */
  happens(probability) {
    return this.number() < probability;
  }

  /** One of a list. */
  one(list) {
    return list[Math.floor(this.number() * list.length)];
  }

  /** Several of a list, each once, in any order. */
  some(list, count) {
    const rest = [...list];
    const taken = [];
    while (taken.length < count && rest.length > 0) {
      taken.push(...rest.splice(Math.floor(this.number() * rest.length), 1));
    }
    return taken;
  }
}
