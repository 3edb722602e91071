// All bytes that a worker left, made ready to be asked for thousands of texts in every form.
import { forms } from "../hostile/canaries.mjs";

/** Bytes of a window. What is shorter cannot be looked for. */
const WINDOW = 8;
const BITS = 2 ** 27;
const FACTOR = 0x01000193;
const LEAVING = Array(WINDOW).fill(FACTOR).reduce(Math.imul, 1);

/** Calls `see` with the place in the table of each window of some bytes. */
function eachWindow(bytes, see) {
  let hash = 0;
  for (let at = 0; at < bytes.length; at++) {
    hash = (Math.imul(hash, FACTOR) + bytes[at] + 1) | 0;
    if (at >= WINDOW) hash = (hash - Math.imul(bytes[at - WINDOW] + 1, LEAVING)) | 0;
    if (at >= WINDOW - 1 && see((Math.imul(hash, 0x9e3779b1) >>> 5) % BITS) === false) return false;
  }
  return true;
}

/** An IPv6 address in full, as sixteen bytes. */
export const binaryIp = (text) => Buffer.from(text.split(":").map((group) => group.padStart(4, "0")).join(""), "hex");

/** Files, `[{name, bytes}]`, to be searched. A table of all their windows says fast what is in none of them. */
export class Haystack {
  constructor(files) {
    this.files = files;
    this.table = new Uint8Array(BITS / 8);
    for (const { bytes } of files) {
      eachWindow(bytes, (bit) => {
        this.table[bit >> 3] |= 1 << (bit & 7);
      });
    }
  }

  /** The names of the files that have these bytes. */
  holding(bytes) {
    if (bytes.length < WINDOW) throw new Error(`${bytes.length} bytes are too few to be looked for`);
    if (!eachWindow(bytes, (bit) => (this.table[bit >> 3] & (1 << (bit & 7))) !== 0)) return [];
    return this.files.filter((file) => file.bytes.includes(bytes)).map(({ name }) => name);
  }

  /** Where any form of a canary is: `["ipv4 as x-real-ip in objects/….sqlite, hexadecimal"]`. */
  find({ what, text, also = [] }) {
    const all = [...forms(text), ...also.map((bytes) => ["written otherwise", bytes])];
    return all.flatMap(([form, bytes]) => this.holding(bytes).map((name) => `${what} in ${name}, ${form}`));
  }
}
